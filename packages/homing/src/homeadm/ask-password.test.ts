import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const homeadm = fileURLToPath(new URL('../../bin/homeadm', import.meta.url));

const ENDED = 'Fatal: The input has ended before a password\n';

test.each([
  ['both lines', 'pw -s PLAIN', 'abc\nabc\nrest\n', 0, '{PLAIN}abc\n', ''],
  ['the last one without its end', 'pw -s PLAIN', 'abc\nabc', 0, '{PLAIN}abc\n', ''],
  ['an empty password, said twice', 'pw -s PLAIN', '\n\n', 0, '{PLAIN}\n', ''],
  ['nothing', 'pw -s PLAIN', '', 75, '', ENDED],
  ['one line', 'pw -s PLAIN', 'abc\n', 75, '', ENDED],
  ['a line that differs, and no more', 'pw -s PLAIN', 'abc\nabd\n', 75, '', `Error: Passwords don't match!\n${ENDED}`],
  ['one to verify', 'pw -t {PLAIN}abc', 'abc', 0, '{PLAIN}abc (verified)\n', ''],
  ['none to verify', 'pw -t {PLAIN}', '', 75, '', ENDED],
])('%s on stdin', (_, command, input, status, stdout, stderr) => {
  const result = spawnSync(homeadm, command.split(' '), { input, encoding: 'latin1' });
  expect(result).toMatchObject({ status, stdout, stderr });
});
