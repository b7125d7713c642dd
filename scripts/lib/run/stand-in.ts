/**
 * A backend where no Dovecot is installed: just enough IMAP and POP3 to log in, say who one is and log out. It believes
 * every password, as a backend behind a proxy may, and listens on loopback only.
 */
import { createServer, type Socket } from 'node:net';

export type StandIn = { close(): void };

type Reply = { readonly text: string; readonly end?: boolean };
type Dialogue = { readonly greeting: string; answer(line: string, say: (user: string) => void): Reply };

const imap = (name: string): Dialogue => ({
  greeting: `* OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN] ${name} ready.\r\n`,
  answer(line, say) {
    const [tag = '*', command = '', ...words] = line.split(' ');
    switch (command.toUpperCase()) {
      case 'CAPABILITY':
        return { text: `* CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN\r\n${tag} OK Done.\r\n` };
      case 'ID':
        return { text: `* ID ("name" "${name}")\r\n${tag} OK ID completed.\r\n` };
      case 'LOGIN':
        say((words[0] ?? '').replaceAll('"', ''));
        return { text: `${tag} OK [CAPABILITY IMAP4rev1] Logged in\r\n` };
      case 'LOGOUT':
        return { text: `* BYE ${name} logging out\r\n${tag} OK Logout completed.\r\n`, end: true };
      case 'LIST':
        return { text: `* LIST (\\HasNoChildren) "/" INBOX\r\n${tag} OK List completed.\r\n` };
      default:
        return { text: `${tag} OK ${command} completed.\r\n` };
    }
  },
});

const pop3 = (name: string): Dialogue => {
  let user = '';
  return {
    greeting: `+OK ${name} ready.\r\n`,
    answer(line, say) {
      const [command = '', argument = ''] = line.split(' ');
      switch (command.toUpperCase()) {
        case 'CAPA':
          return { text: '+OK\r\nUSER\r\nXCLIENT ADDR PORT SESSION TTL FORWARD\r\n.\r\n' };
        case 'USER':
          user = argument;
          return { text: '+OK\r\n' };
        case 'PASS':
          say(user);
          return { text: '+OK Logged in.\r\n' };
        case 'STAT':
          return { text: '+OK 0 0\r\n' };
        case 'QUIT':
          return { text: '+OK Logging out.\r\n', end: true };
        default:
          return { text: '+OK\r\n' };
      }
    },
  };
};

export const startStandIn = async (
  address: string,
  ports: { readonly imap: number; readonly pop3: number },
  onLogin: (user: string) => void,
): Promise<StandIn> => {
  const servers = [
    await listen(address, ports.imap, (socket) => converse(socket, imap(`stand-in ${address}`), onLogin)),
    await listen(address, ports.pop3, (socket) => converse(socket, pop3(`stand-in ${address}`), onLogin)),
  ];
  return { close: () => servers.forEach((server) => void server.close()) };
};

const listen = (address: string, port: number, onSocket: (socket: Socket) => void) =>
  new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer(onSocket);
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });

const converse = (socket: Socket, dialogue: Dialogue, onLogin: (user: string) => void): void => {
  let bytes = '';
  socket.on('error', () => {});
  socket.setEncoding('latin1');
  socket.unref();
  socket.write(dialogue.greeting, 'latin1');
  socket.on('data', (chunk: string) => {
    const lines = (bytes + chunk).split('\r\n');
    bytes = lines.pop() ?? '';
    for (const line of lines) {
      const { text, end } = dialogue.answer(line, onLogin);
      socket.write(text, 'latin1');
      if (end === true) socket.end();
    }
  });
};
