/** auth-client PLAIN against a passwd-file, one connection; window 1 is latency, window 100 throughput. */
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { compare, type Effort, type Result, rateOf } from './result.ts';
import { passwdFile } from './users.ts';

const USERS = 2000;
const WINDOWS = [100, 1] as const;

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

export const benchAuth = async ({ seconds, turns }: Effort): Promise<Result[]> => {
  const site = { config, files: { users: passwdFile(USERS, '') } };
  await using dovecot = await startDovecot(site);
  await using homing = await startHoming(site);
  const contenders = [
    { name: 'homing', target: homing.socket('auth-client') },
    { name: 'dovecot', target: dovecot.socket('auth-client') },
  ] as const;
  const results: Result[] = [];
  for (const window of WINDOWS) {
    const rate = (socket: string): Promise<number> => rateOf('auth-load', socket, window, seconds, USERS);
    results.push(await compare(`auth-w${window}`, 'requests/s', contenders, turns, rate));
  }
  return results;
};
