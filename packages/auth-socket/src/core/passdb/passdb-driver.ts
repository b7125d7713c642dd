/** The passdb drivers by name. */
import { type DriverDeps, DriverError, type DriverSettings } from './driver-deps.ts';
import type { Passdb } from './passdb.ts';
import { createPasswdFilePassdb } from './passdb-passwd-file.ts';
import { createSqlPassdb } from './passdb-sql.ts';
import { createStaticPassdb } from './passdb-static.ts';

/** Drivers of Dovecot that this version does not have. */
const ABSENT = new Set([
  'passwd',
  'shadow',
  'pam',
  'bsdauth',
  'checkpassword',
  'ldap',
  'imap',
  'oauth2',
  'dict',
  'lua',
]);

/** Throws DriverError: unknown or absent driver, bad args, a package that is not installed. */
export const createPassdb = ({ driver, args }: DriverSettings, deps: DriverDeps): Passdb => {
  switch (driver) {
    case '':
      throw new DriverError('passdb is missing driver');
    case 'static':
      return createStaticPassdb(args);
    case 'passwd-file':
      return createPasswdFilePassdb(args, deps);
    case 'sql':
      return createSqlPassdb(args, deps);
    default:
      if (ABSENT.has(driver)) throw new DriverError(`Support not compiled in for passdb driver '${driver}'`);
      throw new DriverError(`Unknown passdb driver '${driver}'`);
  }
};
