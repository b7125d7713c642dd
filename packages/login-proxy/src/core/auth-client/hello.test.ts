import { expect, test } from 'vitest';
import { type HelloStep, NEW_HELLO, readHello } from './hello.ts';

const read = (lines: readonly string[]): HelloStep => {
  let step: HelloStep = { at: 'hello', hello: NEW_HELLO };
  for (const line of lines) if (step.at === 'hello') step = readHello(step.hello, line);
  return step;
};

const HELLO = ['VERSION\t1\t2', 'MECH\tPLAIN\tplaintext', 'MECH\tX', 'SPID\t7', 'CUID\t8', 'COOKIE\tabc', 'DONE'];

test('a whole hello', () => {
  expect(read(HELLO)).toEqual({
    at: 'ready',
    server: {
      mechanisms: [
        { name: 'PLAIN', flags: ['plaintext'] },
        { name: 'X', flags: [] },
      ],
      spid: 7,
      cuid: 8,
    },
  });
});

test.each([
  [
    'VERSION',
    ['VERSION\t2\t0'],
    'Socket supports major version 2, but we support only 1 (mixed old and new binaries?)',
  ],
  [
    'no mechanisms',
    HELLO.filter((line) => !line.startsWith('MECH')),
    'BUG: Authentication server returned no mechanisms',
  ],
  ['no cookie', HELLO.filter((line) => !line.startsWith('COOKIE')), "BUG: Authentication server didn't send a cookie"],
  ['two cookies', ['COOKIE\ta', 'COOKIE\tb'], 'BUG: Authentication server already sent cookie'],
  ['another word', ['FOO\tbar'], 'Auth server sent unknown handshake: FOO\tbar'],
  ['no number', ['SPID\tx'], 'Auth server sent unknown handshake: SPID\tx'],
])('%s', (_, lines, text) => {
  expect(read(lines)).toEqual({ at: 'broken', text });
});
