/** The thread of one SQLite database: SQLite answers only synchronously, so it must not run on the event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SqlRow } from '../../core/passdb/driver-deps.ts';
import { createSqliteConnection } from './sqlite-connection.ts';
import type { SqliteReply, SqliteRequest, SqliteThreadData } from './sqlite-messages.ts';

const ROWS_PER_BATCH = 500;

const connection = createSqliteConnection(workerData as SqliteThreadData);
const streams = new Map<number, Generator<SqlRow[]>>();

const rowsFor = (request: SqliteRequest): readonly SqlRow[] => {
  switch (request.do) {
    case 'query':
      return connection.query(request.sql, request.parameters, request.limit);
    case 'stream':
      streams.set(request.id, connection.stream(request.sql, request.parameters, ROWS_PER_BATCH));
      return nextBatch(request.id);
    case 'next':
      return nextBatch(request.id);
    case 'stop':
      streams.get(request.id)?.return([]);
      streams.delete(request.id);
      return [];
  }
};

const nextBatch = (id: number): readonly SqlRow[] => {
  const step = streams.get(id)?.next();
  if (step !== undefined && !step.done) return step.value;
  streams.delete(id);
  return [];
};

const reply = (request: SqliteRequest): SqliteReply => {
  try {
    return { id: request.id, rows: rowsFor(request) };
  } catch (error) {
    streams.delete(request.id);
    return { id: request.id, error: (error as Error).message };
  }
};

parentPort?.on('message', (requests: readonly SqliteRequest[]) => parentPort?.postMessage(requests.map(reply)));
