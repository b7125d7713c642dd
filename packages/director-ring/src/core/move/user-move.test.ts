/** Every state with every event (director.c; captured in the ring's moves, spec of the kill states). */
import { expect, test } from 'vitest';
import { type MoveEffect, type MoveEvent, type MoveFacts, type MoveState, stepMove } from './user-move.ts';

type At = MoveState['at'];
type Does = MoveEffect['do'];

const EVENTS = {
  kicked: { on: 'kicked' },
  killed: { on: 'killed' },
  everywhere: { on: 'killed-everywhere' },
  alone: { on: 'alone' },
  clean: { on: 'flushed', isClean: true },
  dirty: { on: 'flushed', isClean: false },
  deadline: { on: 'deadline' },
} as const satisfies Record<string, MoveEvent>;
type EventName = keyof typeof EVENTS;

const MEMBER: MoveFacts = { isInitiator: false, isAlone: false, wantsFlush: false };
const INITIATOR: MoveFacts = { isInitiator: true, isAlone: false, wantsFlush: false };
const FLUSHING: MoveFacts = { isInitiator: true, isAlone: false, wantsFlush: true };

/** Whatever is not listed leaves the state and does nothing. */
const TRANSITIONS: [At, EventName, MoveFacts, At, Does[]][] = [
  ['killing', 'kicked', MEMBER, 'waiting-for-notify', []],
  ['killing', 'killed', MEMBER, 'notify-received', []],
  ['killing', 'everywhere', MEMBER, 'notify-received', []],
  ['killing', 'deadline', MEMBER, 'done', ['log-timeout']],
  ['notify-received', 'kicked', MEMBER, 'waiting-for-everyone', ['pass-token']],
  ['notify-received', 'deadline', MEMBER, 'done', ['log-timeout']],
  ['waiting-for-notify', 'killed', MEMBER, 'waiting-for-everyone', ['pass-token']],
  ['waiting-for-notify', 'everywhere', MEMBER, 'delay', ['delay']],
  ['waiting-for-notify', 'alone', MEMBER, 'delay', ['delay']],
  ['waiting-for-notify', 'deadline', MEMBER, 'done', ['log-timeout']],
  ['waiting-for-everyone', 'killed', MEMBER, 'delay', ['delay', 'tell-everyone']],
  ['waiting-for-everyone', 'everywhere', MEMBER, 'delay', ['delay']],
  ['waiting-for-everyone', 'alone', MEMBER, 'delay', ['delay']],
  ['waiting-for-everyone', 'deadline', MEMBER, 'done', ['log-timeout']],
  ['flushing', 'killed', MEMBER, 'flushing', ['tell-everyone']],
  ['flushing', 'clean', MEMBER, 'done', []],
  ['flushing', 'dirty', MEMBER, 'delay', ['delay']],
  ['flushing', 'deadline', MEMBER, 'done', ['forget-flush', 'log-timeout']],
  ['delay', 'killed', MEMBER, 'delay', ['tell-everyone']],
  ['delay', 'deadline', MEMBER, 'done', []],
];

const STATES: At[] = [
  'killing',
  'notify-received',
  'waiting-for-notify',
  'waiting-for-everyone',
  'flushing',
  'delay',
  'done',
];

const step = (at: At, event: EventName, facts: MoveFacts): [At, Does[]] => {
  const [state, effects] = stepMove({ at }, EVENTS[event], facts);
  return [state.at, effects.map((effect) => effect.do)];
};

test.each(TRANSITIONS)('%s, %s', (at, event, facts, next, does) => {
  expect(step(at, event, facts)).toEqual([next, does]);
});

test('everything else is ignored', () => {
  const isListed = (at: At, event: EventName): boolean => TRANSITIONS.some(([from, on]) => from === at && on === event);
  for (const at of STATES) {
    for (const event of Object.keys(EVENTS) as EventName[]) {
      if (!isListed(at, event)) expect([at, event, ...step(at, event, MEMBER)]).toEqual([at, event, at, []]);
    }
  }
});

test.each<[string, MoveFacts, At, EventName, At, Does[]]>([
  ['the initiator makes the token', INITIATOR, 'killing', 'kicked', 'waiting-for-everyone', ['pass-token']],
  ['alone', { ...INITIATOR, isAlone: true }, 'killing', 'kicked', 'delay', ['delay']],
  ['alone meanwhile', { ...MEMBER, isAlone: true }, 'notify-received', 'kicked', 'delay', ['delay']],
  ['a token to one who is alone', { ...MEMBER, isAlone: true }, 'waiting-for-notify', 'killed', 'delay', ['delay']],
  ['flush script', FLUSHING, 'waiting-for-everyone', 'killed', 'flushing', ['flush', 'tell-everyone']],
  ['flush script, told by another', FLUSHING, 'waiting-for-everyone', 'everywhere', 'flushing', ['flush']],
  ['flush script, alone', { ...FLUSHING, isAlone: true }, 'killing', 'kicked', 'flushing', ['flush']],
])('%s', (_what, facts, at, event, next, does) => {
  expect(step(at, event, facts)).toEqual([next, does]);
});
