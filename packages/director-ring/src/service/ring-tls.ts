/**
 * TLS with the directors of `homing_director_tls_servers`, both ways and nothing else; the others speak as Dovecot's
 * directors do. A certificate must be for the name or address that the setting has.
 */
import { ConfigError, type Settings } from '@homing/config';
import { createMutualTls, type MutualTls, type StreamSocket } from '@homing/io';
import { type IpAddress, parseIpAddress } from '@homing/wire';
import { lookUp, type Resolve } from './look-up.ts';

export type RingTlsSettings = Pick<
  Settings,
  | 'homing_director_tls_servers'
  | 'homing_director_tls_ca'
  | 'homing_director_tls_cert'
  | 'homing_director_tls_key'
  | 'ssl_ca'
  | 'ssl_cert'
  | 'ssl_key'
  | 'ssl_key_password'
>;

export type RingTls = {
  isFor(ip: IpAddress): boolean;
  connect(socket: StreamSocket, ip: IpAddress, signal: AbortSignal): Promise<StreamSocket>;
  accept(socket: StreamSocket, ip: IpAddress, signal: AbortSignal): Promise<StreamSocket>;
};

/** `undefined`: no director speaks TLS. Rejects with `ConfigError` if the settings cannot be served. */
export const createRingTls = async (settings: RingTlsSettings, resolve: Resolve): Promise<RingTls | undefined> => {
  const words = settings.homing_director_tls_servers.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const names = new Map<IpAddress, string>();
  for (const word of words) {
    const ips = await lookUp(word, resolve);
    if (ips.length === 0) throw new ConfigError(`homing_director_tls_servers: Unknown host: ${word}`);
    for (const found of ips) names.set(found, parseIpAddress(word) ?? word);
  }
  const tls = withFiles(settings);
  return {
    isFor: (ip) => names.has(ip),
    connect: (socket, ip, signal) => tls.connect(socket, names.get(ip) ?? ip, signal),
    accept: (socket, ip, signal) => tls.accept(socket, names.get(ip) ?? ip, signal),
  };
};

const withFiles = (settings: RingTlsSettings): MutualTls => {
  const of = (what: 'ca' | 'cert' | 'key'): string => {
    const text = settings[`homing_director_tls_${what}`] || settings[`ssl_${what}`];
    if (text !== '') return text;
    throw new ConfigError(`homing_director_tls_servers needs homing_director_tls_${what} (or ssl_${what})`);
  };
  const files = { ca: of('ca'), cert: of('cert'), key: of('key'), passphrase: settings.ssl_key_password };
  try {
    return createMutualTls(files);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`homing_director_tls_ca, homing_director_tls_cert or homing_director_tls_key: ${text}`);
  }
};
