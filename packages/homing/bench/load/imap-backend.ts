/**
 * A backend for the login benchmark, a process of its own: takes any IMAP login and says at once what Dovecot's imap
 * says, so that it costs far less than the proxy in front of it. Prints `ready` once it listens.
 *
 *     node imap-backend.ts <port> <address>...
 */
import { createServer, type Socket } from 'node:net';

const GREETING =
  '* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready.\r\n';
const LOGGED_IN = 'OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES] Logged in';

const answer = (line: string): string => {
  const [tag = '*', command = ''] = line.split(' ', 2);
  switch (command.toUpperCase()) {
    case 'ID':
      return `* ID ("name" "Dovecot")\r\n${tag} OK ID completed.\r\n`;
    case 'LOGIN':
    case 'AUTHENTICATE':
      return `${tag} ${LOGGED_IN}\r\n`;
    case 'LOGOUT':
      return `* BYE Logging out\r\n${tag} OK Logout completed.\r\n`;
    default:
      return `${tag} BAD Unknown command.\r\n`;
  }
};

const serve = (socket: Socket): void => {
  let rest = '';
  socket.setEncoding('latin1').write(GREETING);
  socket.on('error', () => undefined);
  socket.on('data', (bytes: string) => {
    const lines = (rest + bytes).split('\r\n');
    rest = lines.pop() ?? '';
    const answers = lines.map(answer).join('');
    if (answers.startsWith('* BYE')) socket.end(answers);
    else if (answers !== '') socket.write(answers);
  });
};

const [port = '0', ...addresses] = process.argv.slice(2);
let missing = addresses.length;
for (const address of addresses) {
  createServer({ noDelay: true }, serve).listen({ port: Number(port), host: address, backlog: 4096 }, () => {
    if (--missing === 0) console.log('ready');
  });
}
