/**
 * The same requests through a director: Dovecot's in front of Dovecot's auth server, ours in front of ours. Every user is
 * proxied, so each reply gets its backend.
 */
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { benchRequests } from './requests.ts';
import type { Effort, Result } from './result.ts';
import { passwdFile } from './users.ts';

const USERS = 2000;

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

export const benchDirector = async (effort: Effort): Promise<Result[]> => {
  const site = { config, files: { users: passwdFile(USERS, 'proxy=y') } };
  await using dovecot = await startDovecot(site);
  await using homing = await startHoming(site);
  return await benchRequests('director', 'login/director', { homing, dovecot }, USERS, effort);
};
