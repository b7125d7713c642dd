import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStoredTable } from './stored-table.ts';

const hash = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 0xffff_ffff }));

test('is a map, and its rows are in the order in which they were first put', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff_ffff),
      fc.array(fc.tuple(hash, fc.nat(0xffff_ffff), fc.nat(65_534), fc.boolean()), { minLength: 1000, maxLength: 2000 }),
      (seed, steps) => {
        const table = createStoredTable(seed);
        const rows: { hash: number; timestamp: number; host: number; isThere: boolean }[] = [];
        for (const [key, timestamp, host, isRemoval] of steps) {
          const row = rows.find((known) => known.hash === key);
          if (isRemoval) {
            table.remove(key);
            if (row !== undefined) row.isThere = false;
          } else {
            table.put(key, timestamp, host);
            if (row === undefined) rows.push({ hash: key, timestamp, host, isThere: true });
            else Object.assign(row, { timestamp, host, isThere: true });
          }
        }
        const expected = rows.filter((row) => row.isThere);
        expect([...table.rows()].map((row) => ({ ...row, isThere: true }))).toEqual(expected);
        expect(table.count()).toBe(expected.length);
        for (const { hash: key, timestamp, host, isThere } of rows) {
          expect(table.find(key)).toEqual(isThere ? { hash: key, timestamp, host } : undefined);
        }
      },
    ),
    { numRuns: 20 },
  );
});
