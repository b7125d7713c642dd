/**
 * Runs the core for the connections: carries its effects out, keeps its one timer, and remembers who waits for a late
 * answer. Connections call the core, then `settle`, once for each read.
 */
import type { Log } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { Director } from '../core/director.ts';
import type { LateAnswer } from '../core/effect.ts';
import { followClock } from '../core/follow-clock.ts';
import type { LoginFields } from '../core/request/login-fields.ts';
import { settleRing, startRing, stopRing } from '../core/ring/events.ts';
import { continueWaiting, tick } from '../core/tick.ts';
import type { FlushRunner } from './flush-runner.ts';
import type { Kicker } from './kicker.ts';
import { type Performers, performEffect } from './perform.ts';
import { createRingConnections, type RingConnections } from './ring-connections.ts';
import type { RingNetwork } from './ring-network.ts';
import { createTimer } from './timer.ts';

export type Runtime = {
  readonly director: Director;
  readonly log: Log;
  now(): number;
  /** Calls back once with the answer to a login request that waits. */
  whenAnswered(ticket: number, callback: (answer: LateAnswer) => void): void;
  /** A new admin session; `onReply` gets its late replies. */
  openSession(onReply: (reply: ByteString) => void): number;
  closeSession(session: number): void;
  /** After every call of the core. */
  settle(): void;
  readonly ring: RingConnections;
  readonly loginFields: LoginFields;
  /** Connects to the other directors. */
  start(): void;
  /** Resolves when the other directors know that we leave. */
  stop(): Promise<void>;
};

export type RuntimeParts = {
  readonly director: Director;
  readonly log: Log;
  readonly now: () => number;
  /** The machine's clock, Unix milliseconds. Absent: it is never set. */
  readonly clock?: (() => number) | undefined;
  readonly kicker: Kicker;
  readonly flush: FlushRunner;
  readonly network: RingNetwork;
  readonly loginFields: LoginFields;
  /** Mail hosts, users or the ring may have changed. */
  readonly onChanged: () => void;
};

export const createRuntime = (parts: RuntimeParts): Runtime => {
  const { director, log, now, clock, kicker, flush, network, onChanged } = parts;
  const answers = new Map<number, (answer: LateAnswer) => void>();
  const sessions = new Map<number, (reply: ByteString) => void>();
  let lastSession = 0;
  let isUnsettled = false;
  let isSettling = false;
  let isContinuing = false;
  let isStopped = false;

  const timer = createTimer(director, now, () => {
    if (clock !== undefined) followClock(director, clock(), now());
    tick(director, now());
    settle();
  });
  const performAll = (): void => {
    isUnsettled = false;
    if (!isStopped) settleRing(director, now());
    while (director.effects.length > 0) {
      const effects = director.effects;
      director.effects = [];
      for (const effect of effects) performEffect(effect, performers);
    }
    // A director that takes no more is given up.
    ring.flush();
    isUnsettled ||= director.effects.length > 0;
  };
  const settle = (): void => {
    isUnsettled = true;
    // What an effect brings about follows the effects before it.
    if (isSettling) return;
    isSettling = true;
    try {
      while (isUnsettled) performAll();
    } finally {
      isSettling = false;
    }
    if (isStopped) return;
    if (director.isChanged) onChanged();
    if (director.isChanged && !isContinuing) {
      // In a turn of its own, so that a chain of moves cannot run on one stack.
      isContinuing = true;
      setImmediate(() => {
        isContinuing = false;
        continueWaiting(director, now());
        settle();
      });
    }
    timer.arm();
  };
  const ring = createRingConnections({ director, log, now, settle }, network);
  const performers: Performers = { director, log, now, kicker, flush, ring, answers, sessions, settle };
  return {
    director,
    log,
    now,
    ring,
    loginFields: parts.loginFields,
    whenAnswered: (ticket, callback) => void answers.set(ticket, callback),
    openSession(onReply) {
      sessions.set(++lastSession, onReply);
      return lastSession;
    },
    closeSession: (session) => void sessions.delete(session),
    settle,
    start() {
      startRing(director);
      settle();
    },
    async stop() {
      isStopped = true;
      timer.stop();
      stopRing(director, now());
      settle();
      await ring.stop();
    },
  };
};
