/** Configuration files, environment and names of this machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { FileRead, Source } from '@homing/config';
import { errnoText, errorCode, lookupUser, resolveHost } from '@homing/io';
import fastGlob from 'fast-glob';

export const nodeSource: Source = {
  read: (path) => readFile(path),
  glob: (pattern) =>
    fastGlob.sync(pattern, { onlyFiles: false, dot: false, followSymbolicLinks: true }).toSorted(byCollation),
  env: (name) => process.env[name],
  resolveHost,
  userExists: (name) => lookupUser(name) !== undefined,
};

/** strcoll() in the C locale, in which servers are started. */
const byCollation = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const readFile = (path: string): FileRead => {
  try {
    return { text: readFileSync(path, 'latin1') };
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EISDIR') return { failure: errnoText(code) };
    readdirSync(path);
    return { text: '' };
  }
};
