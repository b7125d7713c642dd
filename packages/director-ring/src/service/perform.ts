/** Carries the core's effects out, one after the other. Whoever works longer tells the core and settles. */
import type { Log } from '@homing/io';
import { assertNever, type ByteString } from '@homing/wire';
import type { Director } from '../core/director.ts';
import type { Effect, LateAnswer } from '../core/effect.ts';
import { kickFinished } from '../core/move/kick-finished.ts';
import { flushFinished } from '../core/move/moves.ts';
import type { FlushRunner } from './flush-runner.ts';
import type { Kicker } from './kicker.ts';
import type { RingConnections } from './ring-connections.ts';

export type Performers = {
  readonly director: Director;
  readonly log: Log;
  readonly now: () => number;
  readonly kicker: Kicker;
  readonly flush: FlushRunner;
  readonly ring: RingConnections;
  /** By ticket: who waits for a mail host. Each is called once. */
  readonly answers: Map<number, (answer: LateAnswer) => void>;
  /** By admin session: where late replies go. */
  readonly sessions: ReadonlyMap<number, (reply: ByteString) => void>;
  readonly settle: () => void;
};

export const performEffect = (effect: Effect, performers: Performers): void => {
  const { director, log, now, settle, answers } = performers;
  switch (effect.do) {
    case 'kick':
      performers.kicker.kick(effect.kick, (failure) => {
        kickFinished(director, effect.id, failure, now());
        settle();
      });
      return;
    case 'flush':
      performers.flush.start(effect.id, effect.request, (isClean) => {
        flushFinished(director, effect.id, isClean, now());
        settle();
      });
      return;
    case 'forget-flush':
      performers.flush.forget(effect.id);
      return;
    case 'answer':
      answers.get(effect.ticket)?.(effect.answer);
      answers.delete(effect.ticket);
      return;
    case 'reply':
      performers.sessions.get(effect.session)?.(effect.reply);
      return;
    case 'ring-connect':
    case 'ring-send':
    case 'ring-close':
      performers.ring.perform(effect);
      return;
    case 'log':
      log[effect.level](effect.event, effect.fields, effect.text);
      return;
    default:
      assertNever(effect);
  }
};
