/** Addresses and ports of the demonstration: well-known numbers plus 10000 where they are free. */
import { createServer, type Server } from 'node:net';

export type Places = {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly backends: readonly string[];
  readonly backendImap: number;
  readonly backendPop3: number;
};

export const PROXY = '127.0.0.1';
const BACKENDS = ['127.0.0.11', '127.0.0.12'];
/** Listening here to a number until the end keeps it for us: two that start at once find the same numbers free. */
const GUARDS = { proxy: '127.0.0.13', backends: '127.0.0.14' };

export const findPlaces = async (): Promise<Places> => ({
  imap: await freePort(10143, [PROXY], GUARDS.proxy),
  imaps: await freePort(10993, [PROXY], GUARDS.proxy),
  pop3: await freePort(10110, [PROXY], GUARDS.proxy),
  pop3s: await freePort(10995, [PROXY], GUARDS.proxy),
  backends: BACKENDS,
  backendImap: await freePort(10143, BACKENDS, GUARDS.backends),
  backendPop3: await freePort(10110, BACKENDS, GUARDS.backends),
});

const MAX_PORT = 65_535;

/** The first number from `first` on that is free on all addresses. */
const freePort = async (first: number, addresses: readonly string[], guard: string): Promise<number> => {
  for (let port = first; port <= MAX_PORT; port += 1000) {
    const kept = await listen(guard, port);
    if (kept === undefined) continue;
    kept.unref();
    if (await areFree(addresses, port)) return port;
    kept.close();
  }
  throw new Error(`no free port: ${first}, ${first + 1000}, ... are all in use`);
};

const areFree = async (addresses: readonly string[], port: number): Promise<boolean> => {
  const probes = (await Promise.all(addresses.map((address) => listen(address, port)))).filter(
    (probe) => probe !== undefined,
  );
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return probes.length === addresses.length;
};

/** Closes what connects. Undefined where somebody else listens. */
const listen = (address: string, port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer((client) => client.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ host: address, port, exclusive: true }, () => resolve(server));
  });
