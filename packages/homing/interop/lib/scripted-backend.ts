/** A backend that follows a script and keeps what it was told, connection by connection. */
import { createServer, type Socket } from 'node:net';

export type BackendScript = {
  /** Sent at once; without CRLF. Undefined: nothing, `''`: hang up. */
  readonly greeting: string | undefined;
  /** To the nth line of a connection, both from 1: lines without CRLF, or `hang up`. */
  readonly answer: (line: string, connection: number, nth: number) => readonly string[] | 'hang up';
};

export type ScriptedBackend = AsyncDisposable & { readonly port: number; readonly heard: readonly string[] };

export const startScriptedBackend = async ({ greeting, answer }: BackendScript): Promise<ScriptedBackend> => {
  const heard: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const index = heard.push('') - 1;
    open.add(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    if (greeting === '') socket.end();
    else if (greeting !== undefined) socket.write(`${greeting}\r\n`, 'latin1');
    let rest = '';
    let nth = 0;
    socket.on('data', (bytes: string) => {
      heard[index] += bytes;
      const lines = (rest + bytes).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        nth += 1;
        const replies = answer(line, index + 1, nth);
        if (replies === 'hang up') socket.end();
        else for (const reply of replies) socket.write(`${reply}\r\n`, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
