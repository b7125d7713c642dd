import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { realText } from './real-text.ts';

const db = new Database(':memory:');
const cast = db.prepare('SELECT CAST(? AS TEXT)').pluck();
afterAll(() => void db.close());

test.each([
  [2, '2.0'],
  [1e300, '1.0e+300'],
  [-0.25, '-0.25'],
  [0.1, '0.1'],
  [1e-5, '1.0e-05'],
  [123456789012345, '123456789012345.0'],
  [0, '0.0'],
])('%d', (value, expected) => {
  expect(realText(value)).toBe(expected);
  expect(cast.get(value)).toBe(expected);
});

test('every number of ordinary size reads as SQLite writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }), (digits, places) => {
      const value = digits / 10 ** places;
      expect(realText(value)).toBe(cast.get(value));
    }),
  );
});
