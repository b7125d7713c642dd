/**
 * Runs the core for the connections: carries its effects out, keeps its one timer, and remembers who waits for a late
 * answer. Connections call the core, then `settle`, once for each read.
 */
import type { Log } from '@homing/io';
import { assertNever, type ByteString } from '@homing/wire';
import type { Director } from '../core/director.ts';
import type { Effect, LateAnswer } from '../core/effect.ts';
import { kickFinished } from '../core/move/kick-finished.ts';
import { flushFinished } from '../core/move/moves.ts';
import { continueWaiting, tick } from '../core/tick.ts';
import type { FlushRunner } from './flush-runner.ts';
import type { IpcClient } from './ipc-client.ts';
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
  stop(): void;
};

export type RuntimeParts = {
  readonly director: Director;
  readonly log: Log;
  readonly now: () => number;
  readonly ipc: IpcClient;
  readonly flush: FlushRunner;
};

export const createRuntime = ({ director, log, now, ipc, flush }: RuntimeParts): Runtime => {
  const answers = new Map<number, (answer: LateAnswer) => void>();
  const sessions = new Map<number, (reply: ByteString) => void>();
  let lastSession = 0;
  let isContinuing = false;
  let isStopped = false;

  const timer = createTimer(director, now, () => {
    tick(director, now());
    settle();
  });
  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'kick':
        ipc.kick(effect.kick, (failure) => {
          kickFinished(director, effect.id, failure, now());
          settle();
        });
        return;
      case 'flush':
        flush.start(effect.id, effect.request, (isClean) => {
          flushFinished(director, effect.id, isClean, now());
          settle();
        });
        return;
      case 'forget-flush':
        flush.forget(effect.id);
        return;
      case 'answer':
        answers.get(effect.ticket)?.(effect.answer);
        answers.delete(effect.ticket);
        return;
      case 'reply':
        sessions.get(effect.session)?.(effect.reply);
        return;
      case 'log':
        log[effect.level](effect.event, effect.fields, effect.text);
        return;
      default:
        assertNever(effect);
    }
  };
  const settle = (): void => {
    while (director.effects.length > 0) {
      const effects = director.effects;
      director.effects = [];
      for (const effect of effects) perform(effect);
    }
    if (isStopped) return;
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
  return {
    director,
    log,
    now,
    whenAnswered: (ticket, callback) => void answers.set(ticket, callback),
    openSession(onReply) {
      sessions.set(++lastSession, onReply);
      return lastSession;
    },
    closeSession: (session) => void sessions.delete(session),
    settle,
    stop() {
      isStopped = true;
      timer.stop();
    },
  };
};
