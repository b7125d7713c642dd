/** A recording: one or more protocols, the peers it needs, and the cases played with them. */
import type { Dovecot } from '../lib/dovecot.ts';
import type { Address } from '../lib/line-client.ts';
import type { Case } from './dialogue.ts';

/** A running peer, ready to be talked to. */
export type Peer = {
  readonly address: Address;
  readonly dir: string;
  readonly ports: ReadonlyMap<number, number>;
  /** Unix seconds: times in its fixtures keep their distance to this one. */
  readonly since?: number;
  log(): string;
  /** What was configured, by file name; kept beside the fixtures. */
  readonly files: Readonly<Record<string, string>>;
} & AsyncDisposable;

export type Recording<P extends Peer = Peer> = {
  /** The folder below protocol-fixtures/. */
  readonly protocol: string;
  /** Which Dovecot; absent: 2.3. */
  readonly of?: '2.4';
  start(): Promise<P>;
  /** Each case gets a peer that has seen nothing yet. */
  readonly fresh?: boolean;
  /** By file name without `.txt`. */
  cases(peer: P): Readonly<Record<string, Case>>;
};

/** A Dovecot instance as a peer; `ports` says which of its ports stands for which well-known one. */
export const peerOf = (
  dovecot: Dovecot,
  address: (dovecot: Dovecot) => Address,
  ports: readonly (readonly [own: number, shown: number])[] = [],
): Peer => ({
  address: address(dovecot),
  dir: dovecot.dir,
  ports: new Map(ports),
  log: () => dovecot.log(),
  files: dovecot.files,
  [Symbol.asyncDispose]: () => dovecot[Symbol.asyncDispose](),
});
