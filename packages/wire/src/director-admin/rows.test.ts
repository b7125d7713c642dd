import { expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { checkDirectorAdminHello } from './hello.ts';
import {
  encodeDirectorListRow,
  encodeHostListRow,
  encodeUserListRow,
  encodeUserLookupRow,
  parseDirectorListRow,
  parseHostListRow,
  parseUserListRow,
  parseUserLookupRow,
} from './rows.ts';

// Captured: dovecot 2.3.19.1.
test.each([
  ['127.0.0.11\t100\t2\t\tU\t0\n', (line: string) => encodeHostListRow(parseHostListRow(line))],
  ['127.0.0.13\t100\t0\ttagA\tD\t1795307257\n', (line: string) => encodeHostListRow(parseHostListRow(line))],
  ['2677887420\t1795307257\t127.0.0.12\n', (line: string) => encodeUserListRow(parseUserListRow(line))],
  ['127.0.0.12\t1795307297\t127.0.0.12\t127.0.0.12\n', (line: string) => encodeUserLookupRow(parseUserLookupRow(line))],
  ['\t0\t\t\n', (line: string) => encodeUserLookupRow(parseUserLookupRow(line))],
  ['127.0.0.1\t0\tself\t0\tring synced\t0\n', (line: string) => encodeDirectorListRow(parseDirectorListRow(line))],
  ['127.0.0.2\t21100\t\t0\t\n', (line: string) => encodeDirectorListRow(parseDirectorListRow(line))],
])('%j reads and writes back', (row, again) => {
  expect(again(row.slice(0, -1))).toBe(row);
});

test('columns after the known ones are ignored', () => {
  expect(parseHostListRow('127.0.0.11\t100\t2\t\tU\t0\tmore').users).toBe(2);
});

test.each([
  () => parseHostListRow('127.0.0.11\t100'),
  () => parseHostListRow('127.0.0.11\tx\t0\t\tU\t0'),
  () => parseUserListRow('1\t2'),
  () => parseUserLookupRow('\t0\t'),
  () => parseDirectorListRow('127.0.0.1'),
])('a short row is refused', (read) => {
  expect(read).toThrow(WireError);
});

test('any minor version is welcome, another major is not', () => {
  checkDirectorAdminHello('VERSION\tdirector-doveadm\t1\t99');
  for (const line of [
    'HELLO',
    'VERSION\tdirector-doveadm\t2\t0',
    'VERSION\tdirector\t1\t0',
    'VERSION\tdirector-doveadm\t1',
  ]) {
    expect(() => checkDirectorAdminHello(line)).toThrow(WireError);
  }
});
