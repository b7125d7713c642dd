/**
 * poolmon, the monitor that operators run beside directors. `HOMING_POOLMON` names the real script, which is under the
 * GPL and not part of this repository. Where it is absent `scanPool` stands in: it sends what poolmon of 2017 sends, in
 * as many writes, reads no more of the replies, but probes with one connection.
 */
import { join } from 'node:path';
import { openLineClient } from '../lib/line-client.ts';
import { startProcess } from '../lib/process.ts';
import type { Member } from './member.ts';

const VERSION = 'VERSION\tdirector-doveadm\t1\t0';

export const poolmonScript = process.env.HOMING_POOLMON;

/** The real script, every second. */
export const startPoolmon = (script: string, member: Member, dir: string, imapPort: number) => {
  const { address } = member.place;
  const files = ['-l', join(dir, `${address}.log`), '-k', join(dir, `${address}.pid`)];
  const what = ['-f', '-d', '-i', '1', '-t', '2', '-p', `IMAP:${imapPort}`, '-S', member.socket('director-admin')];
  return startProcess('perl', [script, ...what, ...files]);
};

/** One scan. */
export const scanPool = async (member: Member, imapPort: number): Promise<void> => {
  const socket = member.socket('director-admin');
  const rows = await listHosts(socket);
  for (const row of rows) {
    const [host = '', , , , state] = row.split('\t');
    const isUp = await answersImap(host, imapPort);
    if (isUp && state === 'D') await tell(socket, [`HOST-UP\t${host}\n`]);
    if (!isUp && state === 'U') await tell(socket, [`HOST-DOWN\t${host}\n`, `HOST-FLUSH\t${host}\n`]);
  }
};

const connect = async (socket: string) => {
  const client = await openLineClient(socket);
  client.send(`${VERSION}\n`);
  const reply = await client.rawLine();
  if (reply !== `${VERSION}\n`) throw new Error(`Director handshake failed: ${reply}`);
  return client;
};

const listHosts = async (socket: string): Promise<string[]> => {
  using client = await connect(socket);
  client.send('HOST-LIST\n');
  return (await client.linesUntil((line) => line === '')).slice(0, -1);
};

/** It does not wait for the replies. */
const tell = async (socket: string, commands: readonly string[]): Promise<void> => {
  const client = await connect(socket);
  for (const command of commands) client.send(command);
  client.end();
};

const answersImap = async (host: string, port: number): Promise<boolean> => {
  try {
    using client = await openLineClient({ host, port });
    const greeting = await client.line(2000);
    client.send('01 LOGOUT\r\n');
    return greeting.startsWith('* OK');
  } catch {
    return false;
  }
};
