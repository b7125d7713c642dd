/** `driver = passwd-file`, `args = [scheme=S] [username_format=T] /path` (auth.md 8.2). */
import { asciiUpper } from '@homing/wire';
import { defaultUsernameFormat, passwdFilesOf } from '../passwd-file/passwd-files.ts';
import { compileTemplate, type Template } from '../template.ts';
import { type DriverDeps, DriverError } from './driver-deps.ts';
import type { Passdb } from './passdb.ts';
import { asFailure } from './template-failure.ts';

export const createPasswdFilePassdb = (args: string, deps: DriverDeps): Passdb => {
  const { scheme, usernameFormat, path } = parseArgs(args);
  const files = passwdFilesOf(path, deps);
  files.load();
  return {
    driver: 'passwd-file',
    defaultScheme: scheme,
    lookup(variables) {
      const found = files.lookup(variables, usernameFormat);
      if (found.result !== 'found') return found;
      const { password, extra } = found.user;
      try {
        return { result: 'found', password, fields: extra.fields(variables) };
      } catch (error) {
        return asFailure('Failed to expand extra field', error);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
};

type Args = { scheme: string; usernameFormat: Template; path: string };

/** The first word that begins with `/` begins the path, which may hold spaces. */
const parseArgs = (args: string): Args => {
  let scheme = 'CRYPT';
  let usernameFormat = defaultUsernameFormat;
  let rest = args;
  while (rest !== '' && !rest.startsWith('/')) {
    const [word = '', ...others] = rest.split(' ');
    const [key = '', ...value] = word.split('=');
    if (key === 'scheme') scheme = asciiUpper(value.join('='));
    else if (key === 'username_format') usernameFormat = compileTemplate(value.join('='));
    else throw new DriverError(`passdb passwd-file: Unknown setting: ${key}`);
    rest = others.join(' ');
  }
  if (rest === '') throw new DriverError('passdb passwd-file: Missing args');
  return { scheme, usernameFormat, path: rest };
};
