/** The userdb drivers by name. */
import { type DriverDeps, DriverError, type UserdbSettings } from '../passdb/driver-deps.ts';
import type { Userdb } from '../passdb/passdb.ts';
import { createPasswdFileUserdb } from './userdb-passwd-file.ts';
import { createPrefetchUserdb } from './userdb-prefetch.ts';
import { createSqlUserdb } from './userdb-sql.ts';
import { createStaticUserdb } from './userdb-static.ts';

/** Drivers of Dovecot that this version does not have. */
const ABSENT = new Set(['passwd', 'checkpassword', 'ldap', 'dict', 'lua', 'nss']);

/** Throws DriverError: unknown or absent driver, bad args, a package that is not installed. */
export const createUserdb = ({ driver, args, isOnly = false }: UserdbSettings, deps: DriverDeps): Userdb => {
  switch (driver) {
    case '':
      throw new DriverError('userdb is missing driver');
    case 'static':
      return createStaticUserdb(args, deps);
    case 'passwd-file':
      return createPasswdFileUserdb(args, isOnly, deps);
    case 'sql':
      return createSqlUserdb(args, deps);
    case 'prefetch':
      if (args !== '') throw new DriverError(`userdb prefetch: No args are supported: ${args}`);
      return createPrefetchUserdb(isOnly);
    default:
      if (ABSENT.has(driver)) throw new DriverError(`Support not compiled in for userdb driver '${driver}'`);
      throw new DriverError(`Unknown userdb driver '${driver}'`);
  }
};
