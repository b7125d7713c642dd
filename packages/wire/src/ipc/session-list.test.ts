import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { createSessionListReader, createSessionRowReader, formatSessionListHeader } from './session-list.ts';

const read = (lines: readonly string[]) => {
  const reader = createSessionListReader();
  return lines.flatMap((line) => reader(line) ?? []);
};

const PLAIN = 'username\tservice\tsrc-ip\tdest-ip\tdest-port';

const NONE = { destuser: false, chosenIp: false, guid: false };

test.each([
  [[], {}, PLAIN],
  [['user_group'], {}, 'username\tuser_group\tservice\tsrc-ip\tdest-ip\tdest-port'],
  [[], { destuser: true }, `${PLAIN}\tdestuser`],
  [[], { destuser: true, chosenIp: true, guid: true }, `${PLAIN}\tdestuser\tchosen-ip\tconn-guid`],
])('header of %j, with %j', (fields, columns, header) => {
  expect(formatSessionListHeader(fields, { ...NONE, ...columns })).toBe(header);
  expect(read([header])).toEqual([]);
});

test('a session belongs to the name it has at the backend', () => {
  const rows = ['a\timap\t10.9.9.9\t10.0.0.1\t143\tb\x01tc', 'd\tpop3\t10.9.9.9\t::1\t110\t'];
  expect(read([`${PLAIN}\tdestuser`, ...rows])).toEqual([
    { backendUser: 'b\tc', chosenIp: '10.0.0.1' },
    { backendUser: 'd', chosenIp: '::1' },
  ]);
});

test('one that its backend sent on, to whom the director had chosen', () => {
  const rows = ['a\timap\t10.9.9.9\t10.0.0.1\t143\t10.0.0.2', 'd\timap\t10.9.9.9\t10.0.0.1\t143\t'];
  expect(read([`${PLAIN}\tchosen-ip`, ...rows])).toEqual([
    { backendUser: 'a', chosenIp: '10.0.0.2' },
    { backendUser: 'd', chosenIp: '10.0.0.1' },
  ]);
});

test('tables of several processes may follow one another, each with its columns', () => {
  const other = 'username\tuser_group\tservice\tsrc-ip\tdest-ip\tdest-port';
  expect(read([PLAIN, 'a\timap\t10.9.9.9\t10.0.0.1\t143', other, 'b\tg\timap\t10.9.9.9\t10.0.0.2\t143'])).toEqual([
    { backendUser: 'a', chosenIp: '10.0.0.1' },
    { backendUser: 'b', chosenIp: '10.0.0.2' },
  ]);
});

test('a user may be called like a column', () => {
  expect(read([PLAIN, 'username\timap\t10.9.9.9\t10.0.0.1\t143'])).toEqual([
    { backendUser: 'username', chosenIp: '10.0.0.1' },
  ]);
});

test('a row without an address is left out, one before any header is a WireError', () => {
  expect(read([PLAIN, 'a\timap\t\t\t0', 'b'])).toEqual([]);
  expect(() => read(['a\timap\t10.9.9.9\t10.0.0.1\t143'])).toThrow(WireError);
});

test('a row with all its columns, and of a process without guids', () => {
  const reader = createSessionRowReader();
  const guid = '0123456789abcdef0123456789abcdef';
  expect(reader(formatSessionListHeader(['user_group'], { ...NONE, destuser: true, guid: true }))).toBeUndefined();
  expect(reader(`a\tg\timap\t10.9.9.9\t::1\t143\tb\t${guid}`)).toEqual({
    user: 'a',
    service: 'imap',
    srcIp: '10.9.9.9',
    destIp: '::1',
    guid,
    alternative: new Map([['user_group', 'g']]),
  });
  expect(reader(PLAIN)).toBeUndefined();
  expect(reader('a\timap\t\t10.0.0.1\t143')).toMatchObject({ srcIp: undefined, guid: undefined });
});

test('any lines behind a header decode', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
      expect(read([PLAIN, ...lines]).length).toBeLessThanOrEqual(lines.length);
    }),
  );
});
