/**
 * `login/proxy-notify`: names of users whose sessions go on (director/notify-connection.c). Nothing is answered. All
 * login processes share one fifo, so a line that is too long is skipped and does not end the connection.
 */
import type { ProtocolFactory } from '@homing/io';
import { createLineDecoder, PROXY_NOTIFY_MAX_LINE, parseProxyNotify, WireError } from '@homing/wire';
import { refreshUser } from '../core/request/refresh-user.ts';
import { withoutMaster } from './complete-line.ts';
import type { Runtime } from './runtime.ts';

export const serveNotify = (runtime: Runtime): ProtocolFactory => {
  const { director, log } = runtime;
  const separator = director.settings.auth_master_user_separator;
  return () => {
    const lines = createLineDecoder(PROXY_NOTIFY_MAX_LINE);
    let isSkipping = false;
    const readLines = (): void => {
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        refreshUser(director, withoutMaster(parseProxyNotify(line), separator), runtime.now());
      }
    };
    return {
      receive(bytes) {
        let rest = bytes;
        while (rest !== '') {
          if (isSkipping) {
            const end = rest.indexOf('\n');
            if (end === -1) return;
            rest = rest.slice(end + 1);
            isSkipping = false;
          }
          lines.push(rest);
          rest = '';
          try {
            readLines();
          } catch (error) {
            if (!(error instanceof WireError)) throw error;
            log.error('director_notify_invalid', {}, `notify: ${error.message}`);
            rest = lines.takeRest();
            isSkipping = true;
          }
        }
        runtime.settle();
      },
      end(error) {
        if (error !== undefined) log.error('director_notify_failed', {}, `notify: read() failed: ${error.message}`);
      },
    };
  };
};
