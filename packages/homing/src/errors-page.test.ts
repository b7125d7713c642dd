/** `docs/errors.md` has one row for each code of each closed list, and no other. */
import { globSync, readFileSync } from 'node:fs';
import { TEMPLATE_ERROR_CODES } from '@homing/config';
import { PROXY_ERROR_CODES } from '@homing/login-proxy';
import { WIRE_ERROR_CODES } from '@homing/wire';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

/** Rows by the class whose section they stand in. */
const rows = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      /^\w+/.exec(section)?.[0],
      section
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ),
    ]),
);

test.each([
  ['WireError', WIRE_ERROR_CODES],
  ['ProxyError', PROXY_ERROR_CODES],
  ['TemplateError', TEMPLATE_ERROR_CODES],
])('%s', (name, codes) => {
  expect(rows.get(name)?.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
});

test('each row says whose fault it is, what the peer sees and what the log says', () => {
  for (const row of [...rows.values()].flat()) {
    expect(row).toHaveLength(4);
    expect(row.every((cell) => cell !== '')).toBe(true);
  }
});

test('each class of errors is on the page', () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
  const classes = sources.flatMap((path) =>
    [...readFileSync(root + path, 'utf8').matchAll(/class (\w+) extends Error/g)].map(([, name = '']) => name),
  );
  expect(classes).toContain('WireError');
  expect(classes.filter((name) => !page.includes(name))).toEqual([]);
});
