/** A mail host that lets everybody in, on the same port of several loopback addresses. */
import type { Socket } from 'node:net';
import { listenOnEach } from './on-each-address.ts';

export type ImapStandIn = {
  /** `10.0.0.1 alice`, in the order of the logins. */
  readonly logins: readonly string[];
} & AsyncDisposable;

export const startImapStandIn = async (ips: readonly string[], port: number): Promise<ImapStandIn> => {
  const logins: string[] = [];
  const listening = await listenOnEach(ips, port, (socket, ip) =>
    serveEverybody(socket, 'IMAP4rev1', (name) => logins.push(`${ip} ${name}`)),
  );
  return { logins, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
};

/** The mail host's side of a connection. */
export const serveEverybody = (socket: Socket, capability: string, onLogin: (name: string) => void): void => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.write(`* OK [CAPABILITY ${capability}] stand-in\r\n`);
  socket.on('data', (bytes: string) => {
    rest += bytes;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const [tag = '', command = '', name = ''] = rest.slice(0, end).split(' ');
      rest = rest.slice(end + 2);
      if (command === 'LOGIN') onLogin(name.replaceAll('"', ''));
      socket.write(`${command === 'CAPABILITY' ? `* CAPABILITY ${capability}\r\n` : ''}${tag} OK done\r\n`);
      if (command === 'LOGOUT') socket.end();
    }
  });
};
