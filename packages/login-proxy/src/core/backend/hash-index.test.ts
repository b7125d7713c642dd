import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHashIndex } from './hash-index.ts';

type Session = { readonly destuser: string; readonly n: number };

/** Hashes are lengths. */
const hashOf = (user: string): number => user.length;

test('whatever comes, goes and is asked when: those of the hash that are there', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), destuser: fc.constantFrom('a', 'b', 'cc', 'ddd') }),
    fc.record({ do: fc.constant('remove' as const), at: fc.nat() }),
    fc.record({ do: fc.constant('find' as const), hash: fc.constantFrom(1, 2, 3, 4) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = createHashIndex<Session>();
      let there: Session[] = [];
      for (const [n, one] of steps.entries()) {
        if (one.do === 'add') {
          const session = { destuser: one.destuser, n };
          there.push(session);
          index.add(session);
        } else if (one.do === 'remove') {
          const gone = there[one.at % Math.max(1, there.length)];
          there = there.filter((session) => session !== gone);
          if (gone !== undefined) index.remove(gone);
        } else {
          const found = there.filter(({ destuser }) => hashOf(destuser) === one.hash);
          expect(index.find(one.hash, hashOf, there)).toEqual(found);
        }
      }
    }),
  );
});

test('a name is hashed when it comes and goes, not for each question', () => {
  let hashes = 0;
  const counting = (user: string): number => {
    hashes++;
    return hashOf(user);
  };
  const index = createHashIndex<Session>();
  const all = Array.from({ length: 10 }, (_, n) => ({ destuser: 'x', n }));
  for (const session of all) index.add(session);
  expect(hashes).toBe(0);
  for (let question = 0; question < 100; question++) index.find(question, counting, all);
  expect(hashes).toBe(10);
});
