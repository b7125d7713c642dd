/** Addresses and ports of the demonstration: well-known numbers plus 10000 where they are free. */
import { createServer } from 'node:net';

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

export const findPlaces = async (): Promise<Places> => ({
  imap: await freePort(10143, [PROXY]),
  imaps: await freePort(10993, [PROXY]),
  pop3: await freePort(10110, [PROXY]),
  pop3s: await freePort(10995, [PROXY]),
  backends: BACKENDS,
  backendImap: await freePort(10143, BACKENDS),
  backendPop3: await freePort(10110, BACKENDS),
});

const MAX_PORT = 65_535;

/** The first number from `first` on that is free on all addresses. */
const freePort = async (first: number, addresses: readonly string[]): Promise<number> => {
  for (let port = first; port <= MAX_PORT; port += 1000) {
    const free = await Promise.all(addresses.map((address) => canListen(address, port)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no free port: ${first}, ${first + 1000}, ... are all in use`);
};

const canListen = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
