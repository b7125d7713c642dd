/** A mail host that lets everybody in, on the same port of several loopback addresses. */
import { createServer, type Server, type Socket } from 'node:net';

export type ImapStandIn = {
  /** `10.0.0.1 alice`, in the order of the logins. */
  readonly logins: readonly string[];
} & AsyncDisposable;

export const startImapStandIn = async (ips: readonly string[], port: number): Promise<ImapStandIn> => {
  const logins: string[] = [];
  const open = new Set<Socket>();
  const servers = await Promise.all(
    ips.map((ip) => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket)).on('error', () => undefined);
        serve(socket, (name) => logins.push(`${ip} ${name}`));
      });
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, ip, () => resolve(server));
      });
    }),
  );
  return {
    logins,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
};

const serve = (socket: Socket, onLogin: (name: string) => void): void => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.write('* OK [CAPABILITY IMAP4rev1] stand-in\r\n');
  socket.on('data', (bytes: string) => {
    rest += bytes;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const [tag = '', command = '', name = ''] = rest.slice(0, end).split(' ');
      rest = rest.slice(end + 2);
      if (command === 'LOGIN') onLogin(name.replaceAll('"', ''));
      socket.write(`${command === 'CAPABILITY' ? '* CAPABILITY IMAP4rev1\r\n' : ''}${tag} OK done\r\n`);
    }
  });
};
