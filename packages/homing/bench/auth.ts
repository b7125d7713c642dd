/** PLAIN against a passwd-file, on the auth server's own socket. */
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { benchRequests } from './requests.ts';
import type { Effort, Result } from './result.ts';
import { passwdFile } from './users.ts';

const USERS = 2000;

/** The same text for both; nothing is logged, cached or penalized on either side. */
const config = (dir: string): string => `
protocols =
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
`;

export const benchAuth = async (effort: Effort): Promise<Result[]> => {
  const site = { config, files: { users: passwdFile(USERS, '') } };
  await using dovecot = await startDovecot(site);
  await using homing = await startHoming(site);
  return await benchRequests('auth', 'auth-client', { homing, dovecot }, USERS, effort);
};
