/**
 * `director_servers`: blank-separated `host`, `host:port`, `ip6`, `[ip6]` or `[ip6]:port`. Each address of a host name is
 * a director. One of them is this one: where our first ring listener is, or for a listener on every address the first in
 * the ring's order that this machine has. Error texts are Dovecot's (director.c, director-host.c, main.c).
 */
import { ConfigError } from '@homing/config';
import { type IpAddress, isIpv6, parseIpAddress, parsePort } from '@homing/wire';
import { compareHosts, isSameHost } from '../core/ring/members.ts';
import type { DirectorHost } from '../core/ring/ring.ts';
import { lookUp, type Resolve } from './look-up.ts';

export type Directors = { readonly self: DirectorHost; readonly others: readonly DirectorHost[] };

export type FindDirectors = {
  readonly servers: string;
  /** The first ring listener. */
  readonly ring: DirectorHost | undefined;
  readonly resolve: Resolve;
  /** Whether this machine has the address. */
  readonly canBind: (ip: IpAddress) => Promise<boolean>;
};

/** Rejects with `ConfigError`. */
export const findDirectors = async ({ servers, ring, resolve, canBind }: FindDirectors): Promise<Directors> => {
  const words = servers.split(' ').filter((word) => word !== '');
  if (words.length === 0) return { self: { ip: address('127.0.0.1'), port: 0 }, others: [] };
  if (ring === undefined) {
    fail('No inet_listeners defined for director service (for standalone keep director_servers empty)');
  }
  const directors: DirectorHost[] = [];
  for (const word of words) {
    for (const director of await parseDirector(word, ring.port, resolve)) {
      if (!directors.some((known) => isSameHost(known, director))) directors.push(director);
    }
  }
  directors.sort(compareHosts);
  const first = directors.at(0);
  const last = directors.at(-1);
  if (first !== undefined && last !== undefined && isIpv6(first.ip) !== isIpv6(last.ip)) {
    fail(`director_servers has IPv4 and IPv6 addresses (${first.ip} and ${last.ip}), but a ring has one kind`);
  }
  const own = { ip: isWildcard(ring.ip) ? await firstOfOurs(directors, canBind) : ring.ip, port: ring.port };
  const self = directors.find((director) => isSameHost(director, own));
  if (self === undefined) fail(`director_servers doesn't list ourself (${own.ip}:${own.port})`);
  return { self, others: directors.filter((director) => director !== self) };
};

const parseDirector = async (word: string, defaultPort: number, resolve: Resolve): Promise<DirectorHost[]> => {
  const { host, port } = splitPort(word, defaultPort);
  const ips = await lookUp(host, resolve);
  if (ips.length === 0) fail(`Unknown director host: ${host}`);
  return ips.map((found) => ({ ip: found, port }));
};

/** net_str2hostport(). */
const splitPort = (word: string, defaultPort: number): { host: string; port: number } => {
  const invalid = `Invalid director host:port in '${word}'`;
  const parts = word.startsWith('[') ? /^\[([^\]]*)\](?::(.*))?$/.exec(word) : /^([^:]*)(?::([^:]*))?$/.exec(word);
  // Without brackets more than one colon makes it an IPv6 address.
  if (parts === null) return word.startsWith('[') ? fail(invalid) : { host: word, port: defaultPort };
  const [, host = '', portText] = parts;
  const port = portText === undefined ? defaultPort : parsePort(portText);
  return port === undefined ? fail(invalid) : { host, port };
};

export const isWildcard = (ip: IpAddress): boolean => ip === '0.0.0.0' || ip === '::';

const firstOfOurs = async (
  directors: readonly DirectorHost[],
  canBind: (ip: IpAddress) => Promise<boolean>,
): Promise<IpAddress> => {
  for (const { ip } of directors) if (await canBind(ip)) return ip;
  return fail("director_servers doesn't list ourself");
};

const address = (text: string): IpAddress => parseIpAddress(text) ?? fail(`not an address: ${text}`);

function fail(text: string): never {
  throw new ConfigError(text);
}
