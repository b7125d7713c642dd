import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atEveryCut, cutAnywhere } from './cut.ts';
import { bytesFrom, linesFrom, parseFixture } from './fixture.ts';

const TEXT = `# HOST-LIST with one mail server
# captured: dovecot-core 1:2.3.19.1 (Debian 12)
C VERSION\\tdirector-doveadm\\t1\\t0
C HOST-LIST\\r
S 10.2.0.11\\t100\\x01\\\\c
S
C2 half\\c
S2 <close>
L director: Error: gone
`;

test('a fixture is read line by line', () => {
  const fixture = parseFixture('director-admin/host-list', TEXT);
  expect(fixture.captured).toBe('dovecot-core 1:2.3.19.1 (Debian 12)');
  expect(fixture.steps).toEqual([
    { from: 'C', on: 1, bytes: 'VERSION\tdirector-doveadm\t1\t0\n' },
    { from: 'C', on: 1, bytes: 'HOST-LIST\r\n' },
    { from: 'S', on: 1, bytes: '10.2.0.11\t100\x01\\c\n' },
    { from: 'S', on: 1, bytes: '\n' },
    { from: 'C', on: 2, bytes: 'half' },
    { from: 'S', on: 2, close: true },
    { from: 'log', text: 'director: Error: gone' },
  ]);
  expect(bytesFrom(fixture, 'S')).toBe('10.2.0.11\t100\x01\\c\n\n');
  expect(linesFrom(fixture, 'C')).toEqual(['VERSION\tdirector-doveadm\t1\t0', 'HOST-LIST']);
});

test.each([['X what'], ['Cjoined'], ['C \\q'], ['C end\\']])('%j is refused', (line) => {
  expect(() => parseFixture('x/y', line)).toThrow();
});

test('pieces always join to the whole', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).chain((s) => fc.tuple(fc.constant(s), cutAnywhere(s))),
      ([whole, pieces]) => {
        expect(pieces.join('')).toBe(whole);
        expect(pieces.every((piece) => piece !== '')).toBe(true);
      },
    ),
  );
  for (const pieces of atEveryCut('abc')) expect(pieces.join('')).toBe('abc');
});
