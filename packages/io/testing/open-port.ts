/** A TCP port that the kernel chose, for tests. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export type OpenPort = { readonly server: Server; readonly port: number };

export const openPort = async (address: string): Promise<OpenPort> => {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const name = server.address();
  return { server, port: typeof name === 'object' && name !== null ? name.port : 0 };
};
