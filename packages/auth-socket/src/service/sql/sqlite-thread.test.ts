import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createSqliteThread } from './sqlite-thread.ts';

test('too many queries: a new one is refused, a stream that runs can go on and be ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-sqlite-'));
  const path = join(folder, 'users.db');
  const database = new Database(path);
  database.exec(
    'CREATE TABLE t (n); WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n+1 FROM r WHERE n<600) INSERT INTO t SELECT n FROM r',
  );
  database.close();
  {
    await using thread = createSqliteThread({ path, busyTimeoutMs: 1000, queryTimeoutMs: 60_000, maxWaiting: 1 });
    expect(await thread.ask({ do: 'stream', id: 1, sql: 'SELECT n FROM t', parameters: [] })).toHaveLength(500);
    const waits = thread.ask({ do: 'query', id: 2, sql: 'SELECT 1', parameters: [], limit: 1 });
    await expect(thread.ask({ do: 'query', id: 3, sql: 'SELECT 1', parameters: [], limit: 1 })).rejects.toThrow(
      '1 queries are waiting',
    );
    const more = thread.ask({ do: 'next', id: 1 });
    expect(await waits).toHaveLength(1);
    expect(await more).toHaveLength(100);
    expect(await thread.ask({ do: 'stop', id: 1 })).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});
