/**
 * The same requests through a director: Dovecot's in front of Dovecot's auth server, ours in front of ours. Every user is
 * proxied, so each reply gets its backend.
 */
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { compare, type Effort, type Result, rateOf } from './result.ts';
import { passwdFile } from './users.ts';

const USERS = 2000;
const WINDOWS = [100, 1] as const;

const config = (dir: string): string => `
protocols =
director_mail_servers = 127.0.0.11 127.0.0.12 127.0.0.13 127.0.0.14
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
service director {
  unix_listener login/director {
    mode = 0666
  }
}
`;

export const benchDirector = async ({ seconds, turns }: Effort): Promise<Result[]> => {
  const site = { config, files: { users: passwdFile(USERS, 'proxy=y') } };
  await using dovecot = await startDovecot(site);
  await using homing = await startHoming(site);
  const contenders = [
    { name: 'homing', target: homing.socket('login/director') },
    { name: 'dovecot', target: dovecot.socket('login/director') },
  ] as const;
  const results: Result[] = [];
  for (const window of WINDOWS) {
    const rate = (socket: string): Promise<number> => rateOf('auth-load', socket, window, seconds, USERS);
    results.push(await compare(`director-w${window}`, 'requests/s', contenders, turns, rate));
  }
  return results;
};
