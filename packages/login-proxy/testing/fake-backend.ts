/** A backend that does what a test says: each connection is handed to `serve`. */
import { createServer, type Socket } from 'node:net';

export type FakeBackend = AsyncDisposable & { readonly port: number; readonly connections: number };

export const startFakeBackend = async (serve: (socket: Socket, number: number) => void): Promise<FakeBackend> => {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    connections += 1;
    serve(socket, connections);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Answers the whole lines it gets with what `answer` says, after a greeting. */
export const scripted = (socket: Socket, greeting: string, answer: (line: string) => string): void => {
  let rest = '';
  socket.write(greeting, 'latin1');
  socket.on('data', (bytes: string) => {
    const lines = (rest + bytes).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) socket.write(answer(line), 'latin1');
  });
};
