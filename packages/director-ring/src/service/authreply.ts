/**
 * `director-authreply`: for front ends that authenticated by themselves and want mail hosts only.
 *
 *     S VERSION\tdirector-authreply-server\t1\t0     C VERSION\tdirector-authreply-client\t1\t<any>
 *     C OK\t7\tuser=alice\tproxy                     S OK\t7\tuser=alice\tproxy\tproxy_refresh=30\thost=127.0.0.12
 *
 * Any other line comes back as it is.
 */
import type { ProtocolFactory } from '@homing/io';
import {
  AUTH_CLIENT_MAX_LINE,
  type ByteString,
  createLineDecoder,
  parseUint32,
  splitTabs,
  WireError,
} from '@homing/wire';
import { createCompletion } from './complete-line.ts';
import type { Runtime } from './runtime.ts';

const HELLO = 'VERSION\tdirector-authreply-server\t1\t0\n';

const isClientHello = (line: ByteString): boolean => {
  const [command, protocol, major, minor] = splitTabs(line);
  const isNamed = command === 'VERSION' && protocol === 'director-authreply-client';
  return isNamed && parseUint32(major) === 1 && parseUint32(minor) !== undefined;
};

export const serveAuthreply = (runtime: Runtime): ProtocolFactory => {
  const complete = createCompletion(runtime);
  return (client) => {
    const lines = createLineDecoder(AUTH_CLIENT_MAX_LINE - 1);
    let isHandshaked = false;
    client.send(HELLO);
    const handle = (line: ByteString): ByteString => {
      if (isHandshaked) return line.startsWith('OK\t') ? complete(line, client, runtime.now()) : `${line}\n`;
      if (!isClientHello(line)) throw new WireError('bad-version', `authreply client sent invalid handshake: ${line}`);
      isHandshaked = true;
      return '';
    };
    return {
      receive(bytes) {
        lines.push(bytes);
        let replies = '';
        try {
          for (let line = lines.next(); line !== undefined; line = lines.next()) replies += handle(line);
          client.send(replies);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          client.send(replies);
          runtime.log.error('director_authreply_invalid', {}, error.message);
          client.close();
        }
        runtime.settle();
      },
      end: () => undefined,
    };
  };
};
