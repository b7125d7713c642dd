/**
 * A move in rings of any size, whatever comes first: it always ends without its time limit, and no director lets the user
 * log in before all have dropped its sessions.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MoveEvent, type MoveState, stepMove } from './user-move.ts';

type Member = { state: MoveState; hasSessions: boolean };

/** What has not happened yet: one entry each, in any order. */
type Pending = { readonly to: number; readonly event: MoveEvent };

const isOver = ({ state }: Member): boolean => state.at === 'delay' || state.at === 'done';

/** `pick`: which of so many things happens next. */
const play = (size: number, initiator: number, pick: (count: number) => number): Member[] => {
  const members = Array.from({ length: size }, (): Member => ({ state: { at: 'killing' }, hasSessions: true }));
  const pending: Pending[] = members.map((_, to) => ({ to, event: { on: 'kicked' } }));
  for (let steps = 0; pending.length > 0; steps++) {
    if (steps > 100 * size) throw new Error('goes on for ever');
    const [next] = pending.splice(pick(pending.length), 1);
    const member = next && members[next.to];
    if (next === undefined || member === undefined) break;
    if (next.event.on === 'kicked') member.hasSessions = false;
    const facts = { isInitiator: next.to === initiator, isAlone: false, wantsFlush: false };
    const [state, effects] = stepMove(member.state, next.event, facts);
    member.state = state;
    if (isOver(member)) expect(members.filter(({ hasSessions }) => hasSessions)).toEqual([]);
    for (const effect of effects) {
      if (effect.do === 'pass-token') pending.push({ to: (next.to + 1) % size, event: { on: 'killed' } });
      if (effect.do !== 'tell-everyone') continue;
      for (let to = 0; to < size; to++) if (to !== next.to) pending.push({ to, event: { on: 'killed-everywhere' } });
    }
  }
  return members;
};

test('in any order of events', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 7 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1))),
      fc.infiniteStream(fc.nat(1000)),
      ([size, initiator], choices) => {
        const pick = (count: number): number => (choices.next().value ?? 0) % count;
        expect(play(size, initiator, pick).every(isOver)).toBe(true);
      },
    ),
  );
});
