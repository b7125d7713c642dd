/** Which backend Dovecot's own director gives each user: every user logs in through it, then `doveadm director map`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dovecot, doveadm, startDovecot } from './dovecot.ts';
import { openLineClient } from './line-client.ts';
import { BACKENDS } from './site.ts';

/** Of a director that lets everybody in; `login/director` and `director-admin` are its sockets. */
export const directorConfig = (hosts: readonly string[] = BACKENDS): string => `
protocols =
director_mail_servers = ${hosts.join(' ')}
passdb {
  driver = static
  args = proxy=y nopassword=y
}
service director {
  unix_listener login/director {
    mode = 0666
  }
}
`;

/** A real one, which knows nobody yet. */
export const startRealDirector = (hosts?: readonly string[]): Promise<Dovecot> =>
  startDovecot({ config: () => directorConfig(hosts) });

/** The users log in at a director's auth socket, all on one connection. */
export const authenticateAll = async (socket: string, users: readonly string[], password: string): Promise<void> => {
  using client = await openLineClient(socket);
  client.send(`VERSION\t1\t2\nCPID\t${process.pid}\n`);
  await client.linesUntil((line) => line === 'DONE');
  for (const [index, user] of users.entries()) {
    const resp = Buffer.from(`\0${user}\0${password}`).toString('base64');
    client.send(`AUTH\t${index + 1}\tPLAIN\tservice=imap\tno-penalty\tlip=127.0.0.1\tlport=143\tresp=${resp}\n`);
    const reply = await client.line();
    if (!reply.startsWith('OK\t')) throw new Error(`${user}: ${reply}`);
  }
};

/** `user hash backend` of every user, as Debian's `doveadm director map` prints it of the director at `admin`. */
export const directorMap = async (
  dovecot: Dovecot,
  users: readonly string[],
  admin = dovecot.socket('director-admin'),
): Promise<Map<string, { hash: string; host: string }>> => {
  const file = join(dovecot.dir, 'map-users');
  await writeFile(file, users.map((user) => `${user}\n`).join(''));
  const { code, stdout, stderr } = await doveadm(
    dovecot.configFile,
    '-f',
    'tab',
    'director',
    'map',
    '-a',
    admin,
    '-f',
    file,
  );
  if (code !== 0) throw new Error(`doveadm director map: ${stderr}`);
  const rows = stdout.trimEnd().split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const [user = '', hash = '', host = ''] = row.split('\t');
      return [user, { hash, host }];
    }),
  );
};
