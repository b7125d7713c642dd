/**
 * The event loop's side of a SQLite database. Requests of one turn travel together. A query that takes too long ends the
 * thread, since SQLite cannot be interrupted from outside, and the next query starts a new one.
 */
import { Worker } from 'node:worker_threads';
import type { SqliteReply, SqliteRequest, SqliteThreadData } from './sqlite-messages.ts';

type Rows = Extract<SqliteReply, { rows: unknown }>['rows'];

export type SqliteThread = {
  /**
   * Rejects with the database's text, when the thread ends, and when too many requests wait; what goes on with a stream
   * is always taken, or the thread would keep it open.
   */
  ask(request: SqliteRequest): Promise<Rows>;
} & AsyncDisposable;

export type SqliteThreadOptions = SqliteThreadData & {
  /** Milliseconds without an answer after which the thread is ended. */
  readonly queryTimeoutMs: number;
  readonly maxWaiting: number;
};

export const createSqliteThread = (options: SqliteThreadOptions): SqliteThread => {
  let worker: Worker | undefined;
  let outgoing: SqliteRequest[] = [];
  let watchdog: NodeJS.Timeout | undefined;
  const waiting = new Map<number, PromiseWithResolvers<Rows>>();

  const failAll = (text: string): void => {
    clearTimeout(watchdog);
    const failed = [...waiting.values()];
    waiting.clear();
    outgoing = [];
    for (const { reject } of failed) reject(new Error(text));
  };
  const end = async (text: string): Promise<void> => {
    const ended = worker;
    worker = undefined;
    failAll(text);
    await ended?.terminate();
  };
  const watch = (): void => {
    clearTimeout(watchdog);
    if (waiting.size === 0) {
      worker?.unref();
      return;
    }
    watchdog = setTimeout(() => void end('Query timed out'), options.queryTimeoutMs);
    watchdog.unref();
  };
  const start = (): Worker => {
    const { path, busyTimeoutMs } = options;
    const started = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: { path, busyTimeoutMs } });
    const lose = (text: string): void => {
      if (worker === started) void end(text);
    };
    started.on('message', (replies: readonly SqliteReply[]) => {
      for (const reply of replies) settle(waiting, reply);
      watch();
    });
    started.on('error', (error) => lose(`SQLite thread failed: ${(error as Error).message}`));
    started.on('exit', () => lose('SQLite thread ended'));
    return started;
  };
  const flush = (): void => {
    if (outgoing.length === 0) return;
    worker ??= start();
    worker.ref();
    worker.postMessage(outgoing);
    outgoing = [];
    watch();
  };
  return {
    ask(request) {
      const isNew = request.do === 'query' || request.do === 'stream';
      if (isNew && waiting.size >= options.maxWaiting) {
        return Promise.reject(new Error(`${waiting.size} queries are waiting`));
      }
      const answer = Promise.withResolvers<Rows>();
      waiting.set(request.id, answer);
      if (outgoing.push(request) === 1) queueMicrotask(flush);
      return answer.promise;
    },
    [Symbol.asyncDispose]: () => end('database is being closed'),
  };
};

const settle = (waiting: Map<number, PromiseWithResolvers<Rows>>, reply: SqliteReply): void => {
  const answer = waiting.get(reply.id);
  waiting.delete(reply.id);
  if ('rows' in reply) answer?.resolve(reply.rows);
  else answer?.reject(new Error(reply.error));
};
