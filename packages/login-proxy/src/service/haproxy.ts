/** Reads the PROXY header of a connection from a balancer before anything else. */
import type { Log, StreamSocket } from '@homing/io';
import { type HaproxyHeader, parseIpAddress, readHaproxyHeader } from '@homing/wire';
import { matchNetworks } from '../core/client/networks.ts';
import type { LoginSettings } from '../core/client/settings.ts';
import type { HaproxyFacts } from '../core/client/state.ts';
import type { Endpoints } from '../core/proxy-login.ts';

export type Haproxied = { readonly endpoints: Endpoints; readonly facts: HaproxyFacts };

type Settings = Pick<LoginSettings, 'haproxy_timeout' | 'haproxy_trusted_networks'>;

/** Resolves with undefined when the connection was refused, which is logged; never rejects. The socket is left paused. */
export const readHaproxy = (
  socket: StreamSocket,
  real: Endpoints,
  settings: Settings,
  log: Log,
): Promise<Haproxied | undefined> => {
  const rip = `rip=${real.rip}`;
  const { matches, invalid } = matchNetworks(settings.haproxy_trusted_networks, real.rip);
  if (invalid !== undefined) log.error('haproxy', {}, `haproxy_trusted_networks: Invalid network '${invalid}'`);
  return new Promise((resolve) => {
    let bytes = '';
    const finish = (result: Haproxied | undefined): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onGone).off('end', onGone).pause();
      if (result === undefined) socket.destroy();
      resolve(result);
    };
    const refuse = (text: string, detail: string): void => {
      log.error('haproxy', {}, `${text} (${detail === '' ? rip : `${detail}, ${rip}`})`);
      finish(undefined);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.toString('latin1');
      const result = readHaproxyHeader(bytes);
      if (result.read === 'refused') refuse(result.text, result.detail);
      if (result.read !== 'header') return;
      const { header, length } = result;
      if (header.complaint !== undefined) {
        const { text, detail } = header.complaint;
        log.error('haproxy', {}, `${text} (${detail}, ${rip})`);
      }
      finish(haproxied(real, header));
      if (bytes.length > length) socket.unshift(Buffer.from(bytes.slice(length), 'latin1'));
    };
    const onGone = (): void => {
      log.info('haproxy', {}, `haproxy: Client disconnected (${rip})`);
      finish(undefined);
    };
    const onTimeout = (): void => {
      log.error('haproxy', {}, `haproxy: Client timed out (${rip})`);
      finish(undefined);
    };
    const timer = setTimeout(onTimeout, settings.haproxy_timeout * 1000);
    socket.on('error', () => undefined);
    if (!matches) {
      log.warning('haproxy', {}, `haproxy: Client not trusted (${rip})`);
      finish(undefined);
      return;
    }
    socket.on('data', onData).on('close', onGone).on('end', onGone);
  });
};

const haproxied = (real: Endpoints, { addresses, tls, authority }: HaproxyHeader): Haproxied => {
  const facts = {
    tls: tls?.isTls === true,
    localName: authority !== undefined && DNS_NAME.test(authority) ? authority : undefined,
    certName: tls?.certName,
  };
  if (addresses === undefined) return { endpoints: real, facts };
  const { source, destination, sourcePort, destinationPort } = addresses;
  const lip = parseIpAddress(destination) ?? real.lip;
  const rip = parseIpAddress(source) ?? real.rip;
  return { endpoints: { lip, rip, lport: destinationPort, rport: sourcePort }, facts };
};

/** What may go to the auth server and into settings filters. */
const DNS_NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;
