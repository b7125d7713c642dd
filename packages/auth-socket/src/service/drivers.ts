/** The drivers of one auth server, with the real files and databases behind them. */
import type { Log } from '@homing/io';
import { createPassdb } from '../core/passdb/passdb-driver.ts';
import { createUserdb } from '../core/userdb/userdb-driver.ts';
import type { Drivers } from './auth-server-options.ts';
import { createDriverDeps } from './driver-deps.ts';

export const createDrivers = (log: Log): Drivers => {
  const deps = createDriverDeps(log);
  return {
    passdb: (settings) => createPassdb(settings, deps),
    userdb: (settings) => createUserdb(settings, deps),
  };
};
