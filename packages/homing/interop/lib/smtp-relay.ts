/** A mail relay that says yes to everything: what a submission server wants to see behind it before it talks. */
import { createServer, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export type SmtpRelay = { readonly host: string; readonly port: number } & Disposable;

export const startSmtpRelay = async (host: string): Promise<SmtpRelay> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    socket.write('220 relay.example.com\r\n');
    let bytes = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (bytes + chunk.toString('latin1')).split('\r\n');
      bytes = lines.pop() ?? '';
      for (const line of lines) socket.write(line.startsWith('QUIT') ? '221 bye\r\n' : '250 yes\r\n');
    });
  });
  const port = await freePort(host);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    host,
    port,
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
