/** For tests: drivers over files in memory and a clock that stands still until told. */
import { createMemoryLog } from '@homing/io';
import type { DriverDeps, FileStamp, SqlDatabase } from '../passdb/driver-deps.ts';
import type { Variables } from '../passdb/passdb.ts';

export type MemoryFile = { text: string; mtimeMs?: number; error?: 'EACCES' };

export type TestDeps = DriverDeps & {
  readonly memory: Map<string, MemoryFile>;
  readonly reads: string[];
  readonly logged: () => string[];
  readonly advance: (ms: number) => void;
};

export const createTestDeps = (openSqlite: (path: string) => SqlDatabase = noSqlite): TestDeps => {
  const memory = new Map<string, MemoryFile>();
  const reads: string[] = [];
  const log = createMemoryLog('auth');
  let now = 1_000_000;
  const get = (path: string): MemoryFile => {
    const file = memory.get(path);
    const code = file === undefined ? 'ENOENT' : file.error;
    if (file === undefined || code !== undefined) throw Object.assign(new Error(`${code}: ${path}`), { code });
    return file;
  };
  return {
    memory,
    reads,
    logged: () => log.entries.map(({ level, text }) => `${level}: ${text}`),
    advance: (ms) => {
      now += ms;
    },
    files: {
      stat(path): FileStamp {
        const { text, mtimeMs = 0 } = get(path);
        return { mtimeMs, size: text.length, inode: 1 };
      },
      read(path) {
        reads.push(path);
        return get(path).text;
      },
      glob: (pattern) => [...memory.keys()].filter((path) => path === pattern || isMatch(path, pattern)).sort(),
    },
    now: () => now,
    turnTime: () => now,
    log,
    openSqlite,
    uidOf: (name) => (name === 'vmail' ? 5000 : undefined),
    gidOf: (name) => (name === 'vmail' ? 5001 : undefined),
    shared: { passwdFiles: new Map(), databases: new Map() },
  };
};

const isMatch = (path: string, pattern: string): boolean =>
  pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));

const noSqlite = (): SqlDatabase => {
  throw new Error('this test has no database');
};

export const userVariables = (user: string, more: Record<string, string> = {}): Variables => {
  const values: Record<string, string> = {
    user,
    username: user.split('@')[0] ?? '',
    domain: user.slice(user.indexOf('@') + 1 || user.length),
    ...more,
  };
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
};
