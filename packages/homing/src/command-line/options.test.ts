import { expect, test } from 'vitest';
import { parseCommandLine } from './options.ts';

const CONFIG = '/etc/homing/homing.conf';

test.each([
  ['', { do: 'serve', config: CONFIG, foreground: false }],
  ['-F', { do: 'serve', config: CONFIG, foreground: true }],
  ['-c x.conf', { do: 'serve', config: 'x.conf', foreground: false }],
  ['-F -c x.conf', { do: 'serve', config: 'x.conf', foreground: true }],
  ['reload', { do: 'reload', config: CONFIG }],
  ['-c x.conf stop', { do: 'stop', config: 'x.conf' }],
  ['stop -c x.conf', { do: 'stop', config: 'x.conf' }],
  ['reopen', { do: 'reopen', config: CONFIG }],
  ['-n', { do: 'homeconf', args: ['-c', CONFIG, '-n'] }],
  ['-c x.conf -a ssl', { do: 'homeconf', args: ['-c', 'x.conf', '-a', 'ssl'] }],
  ['-n -c x.conf', { do: 'homeconf', args: ['-c', CONFIG, '-n', '-c', 'x.conf'] }],
  ['--help', { do: 'help' }],
  ['--version', { do: 'version' }],
  ['-c', { do: 'usage-error', text: 'option -c needs a file' }],
  ['--frob', { do: 'usage-error', text: 'unknown option: --frob' }],
  ['start', { do: 'usage-error', text: 'unknown command: start' }],
  ['stop now', { do: 'usage-error', text: 'unexpected argument: now' }],
])('homing %s', (line, command) => {
  expect(parseCommandLine(line === '' ? [] : line.split(' '), {})).toEqual(command);
});

test('the environment names another configuration, -c wins', () => {
  expect(parseCommandLine(['stop'], { CONFIG_FILE: 'env.conf' })).toEqual({ do: 'stop', config: 'env.conf' });
  expect(parseCommandLine(['-c', 'x', 'stop'], { CONFIG_FILE: 'env.conf' })).toEqual({ do: 'stop', config: 'x' });
});
