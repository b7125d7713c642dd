/** Configuration files, environment and names of this machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { FileRead, Source } from '@homing/config';
import { errnoText, errorCode, lookupUser, resolveHost } from '@homing/io';
import { glob } from './glob.ts';

export const nodeSource: Source = {
  read: (path) => readFile(path),
  glob,
  env: (name) => process.env[name],
  resolveHost,
  userExists: (name) => lookupUser(name) !== undefined,
};

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
