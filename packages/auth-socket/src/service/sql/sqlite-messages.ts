/** What the event loop and the SQLite thread say to each other: arrays, so that one turn costs one message. */
import type { ByteString } from '@homing/wire';
import type { SqlRow } from '../../core/passdb/driver-deps.ts';

export type SqliteRequest =
  | { do: 'query'; id: number; sql: ByteString; parameters: readonly ByteString[]; limit: number }
  /** Answered by a first batch of rows, as is each `next`; an empty batch is the end. */
  | { do: 'stream'; id: number; sql: ByteString; parameters: readonly ByteString[] }
  | { do: 'next' | 'stop'; id: number };

export type SqliteReply = { id: number; rows: readonly SqlRow[] } | { id: number; error: string };

export type SqliteThreadData = { readonly path: string; readonly busyTimeoutMs: number };
