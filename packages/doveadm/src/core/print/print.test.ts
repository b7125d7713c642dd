import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonString } from './json.ts';
import { createOutput } from './output.ts';
import type { FormatName } from './printer.ts';

const print = (
  format: FormatName,
  rows: readonly (readonly string[])[],
  more: { hide?: boolean; width?: number } = {},
) => {
  let out = '';
  const output = createOutput(format, {
    write: (bytes) => {
      out += bytes;
    },
    hideTitles: more.hide ?? false,
    width: more.width ?? 80,
  });
  output.begin('table');
  output.column('mail server ip');
  output.column('tag');
  output.column('state changed', { key: 'state-changed' });
  for (const row of rows) for (const value of row) output.value(value);
  output.end();
  return out;
};

const ROWS = [
  ['127.0.0.11', '', '-'],
  ['127.0.0.12', 'gold', '2026-11-22 01:08:47'],
];

test.each<[FormatName, string]>([
  [
    'flow',
    'mail server ip=127.0.0.11 tag= state changed=-\nmail server ip=127.0.0.12 tag=gold state changed=2026-11-22 01:08:47\n',
  ],
  ['tab', 'mail server ip\ttag\tstate changed\n127.0.0.11\t\t-\n127.0.0.12\tgold\t2026-11-22 01:08:47\n'],
  [
    'pager',
    'mail server ip: 127.0.0.11\ntag: \nstate changed: -\n\f\nmail server ip: 127.0.0.12\ntag: gold\nstate changed: 2026-11-22 01:08:47\n',
  ],
  [
    'json',
    '[{"mail server ip":"127.0.0.11","tag":"","state-changed":"-"},{"mail server ip":"127.0.0.12","tag":"gold","state-changed":"2026-11-22 01:08:47"}]',
  ],
])('%s', (format, expected) => {
  expect(print(format, ROWS)).toBe(expected);
});

test.each<[FormatName, string]>([
  ['flow', ''],
  ['tab', 'mail server ip\ttag\tstate changed\n'],
  ['pager', ''],
  ['json', '[]'],
])('%s without rows', (format, expected) => {
  expect(print(format, [])).toBe(expected);
});

describe('table', () => {
  test('pads every cell, and gives half of the rest to the last column', () => {
    expect(print('table', [['127.0.0.11', '', '-']])).toBe(
      `mail server ip tag state changed${' '.repeat(24)}\n127.0.0.11         -${' '.repeat(36)}\n`,
    );
  });
  test('-h leaves the titles out', () => {
    expect(print('table', ROWS, { hide: true }).split('\n')).toHaveLength(3);
  });
  test('a narrow terminal costs padding, never text', () => {
    const lines = print('table', ROWS, { width: 30 }).split('\n');
    expect(lines[0]?.length).toBe(33);
    expect(lines[2]?.split(/ +/)).toEqual(['127.0.0.12', 'gold', '2026-11-22', '01:08:47']);
  });
  test('widths stay as the first 100 rows made them', () => {
    const rows = Array.from({ length: 101 }, (_, i) => [i === 100 ? 'a'.repeat(60) : 'a', 'b', 'c']);
    const lines = print('table', rows).split('\n');
    expect(lines[100]?.length).toBe(lines[1]?.length);
    expect(lines[101]).toContain('a'.repeat(60));
  });
  test('counts characters, not bytes', () => {
    const [, first, second] = print('table', [
      ['m\xc3\xbcller', '', ''],
      ['muller', '', ''],
    ]).split('\n');
    expect(first?.length).toBe((second?.length ?? 0) + 1);
  });
});

describe('json strings', () => {
  test.each([
    ['a"b\\c/\n\x01', '"a\\"b\\\\c/\\n\\u0001"'],
    ['\xe2\x80\xa8', '"\\u2028"'],
    ['\xff', '"\xef\xbf\xbd"'],
    ['m\xc3\xbcller', '"m\xc3\xbcller"'],
  ])('%j', (bytes, expected) => {
    expect(jsonString(bytes)).toBe(expected);
  });
});

test('every format prints whatever the values are', () => {
  const cell = fc.string({ unit: 'binary-ascii' });
  const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 30, max: 200 }), (some, width) => {
      for (const format of ['flow', 'tab', 'pager', 'json', 'table'] as const) print(format, some, { width });
      expect(JSON.parse(print('json', some))).toHaveLength(some.length);
    }),
  );
});
