/** The demonstration itself: one user logs in by IMAP with STARTTLS and by POP3S. */
import { openLineClient } from '../../../packages/homing/interop/lib/line-client.ts';
import { type Places, PROXY } from './places.ts';

/** Rejects with what the server said instead. */
export const loginByImap = async (places: Places, user: string, password: string): Promise<void> => {
  using client = await openLineClient({ host: PROXY, port: places.imap });
  await client.line();
  client.send('1 STARTTLS\r\n');
  await client.line();
  await client.startTls({ rejectUnauthorized: false });
  client.send(`2 LOGIN ${user} ${password}\r\n`);
  const reply = (await client.linesUntil((line) => line.startsWith('2 '))).at(-1) ?? '';
  if (!reply.startsWith('2 OK')) throw new Error(`IMAP login of ${user}: ${reply}`);
  client.send('3 LOGOUT\r\n');
  await client.closed();
};

export const loginByPop3 = async (places: Places, user: string, password: string): Promise<void> => {
  using client = await openLineClient({ host: PROXY, port: places.pop3s }, { rejectUnauthorized: false });
  await client.line();
  client.send(`USER ${user}\r\n`);
  await client.line();
  client.send(`PASS ${password}\r\n`);
  const reply = await client.line();
  if (!reply.startsWith('+OK')) throw new Error(`POP3 login of ${user}: ${reply}`);
  client.send('QUIT\r\n');
  await client.closed();
};
