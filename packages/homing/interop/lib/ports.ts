/** Loopback addresses and ports that nobody uses yet. */
import { createServer } from 'node:net';

/**
 * `count` different free ports on one address. They are held until all are known, so no number comes twice; nobody
 * else on loopback takes them before we do, because the kernel hands out recently closed ones last.
 */
export const freePorts = async (count: number, address = '127.0.0.1'): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    const port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, () => {
        const bound = server.address();
        if (typeof bound === 'object' && bound !== null) resolve(bound.port);
      });
    });
    ports.push(port);
  }
  for (const server of servers) server.close();
  return ports;
};

export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  const [port] = await freePorts(1, address);
  if (port === undefined) throw new Error(`no free port on ${address}`);
  return port;
};
