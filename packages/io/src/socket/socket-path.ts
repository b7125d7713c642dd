/** What sockets and fifos in the file system have in common: an owner, a folder, and what can be wrong with a path. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoText } from '../system/libc.ts';

export type FileOwner = {
  /** 0 to 0o777. */
  readonly mode: number;
  /** Undefined: stays as created. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
};

/** The admin must act: the path is taken, or may not be used. */
export class SocketPathError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'SocketPathError';
    this.path = path;
  }
}

/** Missing folders, 0755. */
export const makeParent = (path: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new SocketPathError(path, `mkdir(${dirname(path)}) failed: ${reason(error)}`);
  }
};

export const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? errnoText(code) : error.message;
};
