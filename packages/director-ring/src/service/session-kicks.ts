/**
 * Kicks of Dovecot 2.4's sessions (`core/session-kick/`). One list of all sessions serves all kicks that wait for one, so
 * that moving a mail host's users does not take a list for each.
 */
import type { Log } from '@homing/io';
import type { ByteString } from '@homing/wire';
import { createLogThrottle } from '../core/log-throttle.ts';
import type { ProxiedSession } from '../core/session-kick/proxied-session.ts';
import {
  createKickIndex,
  createSessionKick,
  describeLeft,
  type SessionKick,
  stepSessionKick,
} from '../core/session-kick/session-kick.ts';
import type { Finished, Kicker } from './kicker.ts';
import { reasonOf } from './line-dialogue.ts';
import { createListTurns } from './list-turns.ts';
import type { SessionEnding } from './session-ending.ts';

/** Between telling a session and looking whether it has ended. */
const SETTLE_MS = 1000;

/** While anvil is away each turn fails at once; each kick that fails by it says so too. */
const ANVIL_FAILURES = { lines: 1, ms: 10_000 };

/** Kicks without an answer: as many as wait for ipc. */
const MOST_KICKS = 100_000;

export type SessionKickOptions = {
  /** All sessions there are now. Rejects with the reason why there may be more. */
  readonly list: (onSession: (session: ProxiedSession) => void) => Promise<void>;
  readonly end: SessionEnding;
  readonly hashOf: (backendUser: ByteString) => number | undefined;
  readonly log: Log;
  /** Milliseconds that never step. */
  readonly now: () => number;
};

type Job = {
  readonly state: SessionKick;
  readonly finished: Finished;
  /** By guid: why a session could not be told. */
  readonly reasons: Map<string, string>;
  /** In the list that is being read. */
  found: ProxiedSession[];
  /** How many sessions are being told. */
  telling: number;
};

export const createSessionKicks = ({ list, end, hashOf, log, now }: SessionKickOptions): Kicker => {
  const jobs = new Set<Job>();
  const anvilFailures = createLogThrottle(ANVIL_FAILURES);
  const finish = (job: Job, failure: string | undefined): void => {
    if (jobs.delete(job)) job.finished(failure);
  };
  const tell = (batch: readonly Job[]): void => {
    const { sessions, jobsOf } = share(batch);
    const settle = (job: Job): void => turns.wait(job, now() + SETTLE_MS);
    for (const job of batch) if (job.telling === 0) settle(job);
    end(sessions, ({ guid }, reason) => {
      for (const job of jobsOf.get(guid) ?? []) {
        if (reason === undefined) job.reasons.delete(guid);
        else job.reasons.set(guid, reason);
        if (--job.telling === 0) settle(job);
      }
    });
  };
  const step = (batch: readonly Job[]): void => {
    let left = 0;
    let example = '';
    const telling = batch.filter((job) => {
      const next = stepSessionKick(job.state, job.found);
      if (next.do === 'tell') return true;
      const failure = describeLeft(next.left, job.reasons);
      left += next.left.length;
      example ||= failure;
      finish(job, failure === '' ? undefined : failure);
      return false;
    });
    if (left > 0) log.error('sessions_not_kicked', { sessions: left }, `Sessions go on after their kick: ${example}`);
    tell(telling);
  };
  const takeTurn = async (batch: readonly Job[]): Promise<void> => {
    const kicksFor = createKickIndex(
      batch.map((job) => ({ kick: job.state.kick, job })),
      hashOf,
    );
    try {
      for (const job of batch) job.found = [];
      await list((session) => {
        for (const { job } of kicksFor(session)) job.found.push(session);
      });
    } catch (error) {
      const failure = `anvil: ${reasonOf(error)}`;
      if (jobs.size > 0 && anvilFailures.accept(now())) log.error('anvil_failed', {}, failure);
      for (const job of batch) finish(job, failure);
      return;
    }
    step(batch);
  };
  const turns = createListTurns(takeTurn, now);

  return {
    kick(kick, finished) {
      if (jobs.size >= MOST_KICKS) {
        finished('too many commands wait for anvil');
        return;
      }
      const job: Job = { state: createSessionKick(kick), finished, reasons: new Map(), found: [], telling: 0 };
      jobs.add(job);
      turns.wait(job, now());
    },
    close() {
      jobs.clear();
      turns.close();
    },
  };
};

/** Each session once, first those of small jobs, and the jobs that it belongs to by its guid. */
const share = (batch: readonly Job[]) => {
  const sessions: ProxiedSession[] = [];
  const jobsOf = new Map<string, Job[]>();
  for (const job of batch.toSorted((a, b) => a.found.length - b.found.length)) {
    job.telling = job.found.length;
    for (const session of job.found) {
      const others = jobsOf.get(session.guid);
      if (others === undefined) {
        jobsOf.set(session.guid, [job]);
        sessions.push(session);
      } else others.push(job);
    }
    job.found = [];
  }
  return { sessions, jobsOf };
};
