/** A TCP server of a test on the same port of several loopback addresses. Disposing ends the connections too. */
import { createServer, type Server, type Socket } from 'node:net';

/** `serve` is given each connection and the address that it came to; errors of connections are nobody's. */
export const listenOnEach = async (
  ips: readonly string[],
  port: number,
  serve: (socket: Socket, ip: string) => void,
): Promise<AsyncDisposable> => {
  const open = new Set<Socket>();
  const servers = await Promise.all(
    ips.map((ip) => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket)).on('error', () => undefined);
        serve(socket, ip);
      });
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, ip, () => resolve(server));
      });
    }),
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
};
