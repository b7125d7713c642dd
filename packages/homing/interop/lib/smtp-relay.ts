/** A mail relay that says yes to everything: what a submission server wants to see behind it before it talks. */
import { listenOnEach } from './on-each-address.ts';
import { freePort } from './ports.ts';

export type SmtpRelay = { readonly host: string; readonly port: number } & AsyncDisposable;

export const startSmtpRelay = async (host: string): Promise<SmtpRelay> => {
  const port = await freePort(host);
  const listening = await listenOnEach([host], port, (socket) => {
    socket.write('220 relay.example.com\r\n');
    let rest = '';
    socket.setEncoding('latin1').on('data', (bytes: string) => {
      const lines = (rest + bytes).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) socket.write(line.startsWith('QUIT') ? '221 bye\r\n' : '250 yes\r\n');
    });
  });
  return { host, port, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
};
