/** What all connections of one auth server share. */
import type { ByteString, Mech } from '@homing/wire';
import type { Auth } from '../core/chain/auth.ts';
import type { AuthEnv } from '../core/request/env.ts';
import type { Mechanism } from '../core/sasl/mechanism.ts';
import type { AuthHost } from './auth-server-options.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { FailureQueue } from './failure-queue.ts';
import type { Quota } from './quota.ts';

/** One configuration, built; a reload brings the next. */
export type Generation = {
  /** `auth_debug`: the lines of the protocol are logged. */
  readonly debug: boolean;
  /** In any case. */
  readonly mechanismNamed: (name: ByteString) => Mechanism | undefined;
  /** For the hello, in the order of `auth_mechanisms`. */
  readonly mechs: readonly Mech[];
  /** No service has settings of its own. */
  readonly isUniform: boolean;
  /** Settings and chains of a service; those outside any protocol block if it has none of its own. */
  readonly authFor: (service: string | undefined) => Auth;
  /** Keeps the databases open until `work` is done. */
  readonly hold: <T>(work: Promise<T>) => Promise<T>;
};

export type World = {
  readonly env: AuthEnv;
  readonly host: AuthHost;
  readonly current: () => Generation;
  readonly clients: ClientRegistry;
  readonly failures: FailureQueue;
  /** Of all connections. */
  readonly requests: Quota;
};

/** For lookups that wait for a database: counted, and the database stays open. */
export const underWay = <T>({ current, requests }: World, work: Promise<T>): Promise<T> => {
  requests.take();
  return current()
    .hold(work)
    .finally(() => requests.give());
};

/** Whether the lines of the protocol are wanted in the log; ask before putting one together. */
export const logsLines = (world: World): boolean => world.env.log.debugEnabled() && world.current().debug;
