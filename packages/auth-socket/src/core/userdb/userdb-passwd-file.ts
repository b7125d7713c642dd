/** `driver = passwd-file`, `args = [username_format=T] /path`: of the last column only `userdb_*` counts (auth.md 8.2). */
import type { ByteString } from '@homing/wire';
import { type DriverDeps, DriverError } from '../passdb/driver-deps.ts';
import type { Field, Userdb, Variables } from '../passdb/passdb.ts';
import { asFailure } from '../passdb/template-failure.ts';
import { defaultUsernameFormat, type PasswdFiles, passwdFilesOf } from '../passwd-file/passwd-files.ts';
import { linesOf } from '../passwd-file/passwd-table.ts';
import { isIgnored, type PasswdUser } from '../passwd-file/passwd-user.ts';
import { compileTemplate } from '../template.ts';

const FORMAT = 'username_format=';
const PREFIX = 'userdb_';

export const createPasswdFileUserdb = (args: string, isOnly: boolean, deps: DriverDeps): Userdb => {
  const space = args.startsWith(FORMAT) ? args.indexOf(' ') : -1;
  const path = args.startsWith(FORMAT) ? (space === -1 ? '' : args.slice(space + 1)) : args;
  if (path === '') throw new DriverError('userdb passwd-file: Missing args');
  const usernameFormat = space === -1 ? defaultUsernameFormat : compileTemplate(args.slice(FORMAT.length, space));
  const files = passwdFilesOf(path, deps);
  files.useAsUserdb(isOnly);
  files.load();
  return {
    driver: 'passwd-file',
    asksPassdb: false,
    lookup(variables) {
      const found = files.lookup(variables, usernameFormat);
      if (found.result !== 'found') return found;
      if (!found.user.hasUserdb) return { result: 'user-unknown' };
      try {
        return { result: 'found', fields: fieldsOf(found.user, variables) };
      } catch (error) {
        return asFailure('Failed to expand extra field', error);
      }
    },
    list: () => names(files, isOnly, deps),
    async [Symbol.asyncDispose]() {},
  };
};

const fieldsOf = ({ uid, gid, home, extra }: PasswdUser, variables: Variables): Field[] => {
  const fields: Field[] = [];
  if (uid !== undefined) fields.push({ key: 'uid', value: String(uid) });
  if (gid !== undefined) fields.push({ key: 'gid', value: String(gid) });
  if (home !== '') fields.push({ key: 'home', value: home });
  for (const { key, value } of extra.templates) {
    if (key.startsWith(PREFIX)) fields.push({ key: key.slice(PREFIX.length), value: value(variables) });
  }
  return fields;
};

/** Reads the file anew; lines with a password only are skipped unless no other userdb could know the user. */
async function* names(files: PasswdFiles, isOnly: boolean, deps: DriverDeps): AsyncGenerator<ByteString> {
  if (files.single === undefined) {
    throw new Error("passwd-file: User iteration isn't currently supported with %variable paths");
  }
  for (const line of linesOf(deps.files.read(files.single.path))) {
    if (isIgnored(line)) continue;
    const [name = '', , third] = line.split(':', 3);
    if (isOnly || third !== undefined) yield name;
  }
}
