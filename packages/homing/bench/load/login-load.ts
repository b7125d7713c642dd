/**
 * The load generator of the login benchmark, a process of its own: `parallel` mail clients, each logging in, waiting for
 * the backend's OK, and logging out, again and again. A login that is refused ends the run with an error.
 *
 *     node login-load.ts <port> <parallel> <seconds> <users>       prints {"count":n,"seconds":s}
 */
import { connect } from 'node:net';
import { benchUser, PASSWORD } from '../users.ts';

const [port = '0', parallel = '1', seconds = '1', users = '1000'] = process.argv.slice(2);
const commands = Array.from({ length: Number(users) }, (_, n) => `a LOGIN ${benchUser(n)} ${PASSWORD}\r\n`);

let next = 0;
let count = 0;
let finished = false;
const begun = performance.now();

const login = (): void => {
  if (finished) return;
  const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1').setNoDelay(true);
  let seen = '';
  let step: 'greeting' | 'login' | 'logout' = 'greeting';
  socket.on('data', (bytes: string) => {
    seen += bytes;
    if (step === 'greeting' && seen.endsWith('\r\n')) {
      step = 'login';
      seen = '';
      socket.write(commands[next++ % commands.length] ?? '');
    } else if (step === 'login' && /^a /m.test(seen) && seen.endsWith('\r\n')) {
      if (!/^a OK /m.test(seen)) return fail(seen);
      count++;
      step = 'logout';
      socket.write('b LOGOUT\r\n');
      login();
    }
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => {
    if (step !== 'logout') fail(`closed during ${step}: ${seen}`);
  });
};

const fail = (text: string): void => {
  if (finished) return;
  console.error(text);
  process.exit(1);
};

for (let n = 0; n < Number(parallel); n++) login();
setTimeout(() => {
  finished = true;
  console.log(JSON.stringify({ count, seconds: (performance.now() - begun) / 1000 }));
  process.exit(0);
}, Number(seconds) * 1000);
