/** A POP3 mail host that lets everybody in, on the same port of several loopback addresses. */
import { createServer, type Server, type Socket } from 'node:net';

export const startPop3StandIn = async (ips: readonly string[], port: number): Promise<AsyncDisposable> => {
  const open = new Set<Socket>();
  const servers = await Promise.all(
    ips.map((ip) => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket)).on('error', () => undefined);
        socket.write('+OK stand-in\r\n');
        let rest = '';
        socket.setEncoding('latin1').on('data', (bytes: string) => {
          const lines = (rest + bytes).split('\r\n');
          rest = lines.pop() ?? '';
          socket.write('+OK\r\n'.repeat(lines.length));
        });
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
