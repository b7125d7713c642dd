import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import type { CommandSpec } from './command.ts';
import { readGlobalOptions } from './global-options.ts';

const command: CommandSpec = {
  name: 'director flush',
  usage: '',
  summary: '',
  parameters: [
    { name: 'socket-path', type: 'string', short: 'a' },
    { name: 'force-flush', type: 'bool', short: 'F' },
    { name: 'force-all', type: 'bool' },
    { name: 'max-parallel', type: 'int64' },
    { name: 'host', type: 'string', positional: true },
    { name: 'user', type: 'array', positional: true },
  ],
};

const read = (line: string) => {
  const result = readArguments(command, line === '' ? [] : line.split(' '));
  if ('error' in result) return `${result.from}: ${result.error}`;
  const { values } = result;
  return {
    ...(values.text('socket-path') !== undefined && { a: values.text('socket-path') }),
    ...(values.flag('force-flush') && { F: true }),
    ...(values.number('max-parallel') !== undefined && { n: values.number('max-parallel') }),
    ...(values.text('host') !== undefined && { host: values.text('host') }),
    ...(values.list('user').length > 0 && { users: values.list('user') }),
  };
};

test.each([
  ['', {}],
  ['h -F', { F: true, host: 'h' }],
  ['-Fa /x h', { F: true, a: '/x', host: 'h' }],
  ['-a/x', { a: '/x' }],
  ['h u1 u2 -F u3', { F: true, host: 'h', users: ['u1', 'u2', 'u3'] }],
  ['--max-parallel=3 --host h', { n: 3, host: 'h' }],
  ['--max 3', { n: 3 }],
  ['--max-parallel x h', { host: 'h' }],
  ['--max-parallel 9223372036854775808', {}],
  ['-- -F', { host: '-F' }],
  ['-', { host: '-' }],
  ['-z', "getopt: invalid option -- 'z'"],
  ['-Fz', "getopt: invalid option -- 'z'"],
  ['-a', "getopt: option requires an argument -- 'a'"],
  ['--nosuch=1', "getopt: unrecognized option '--nosuch'"],
  ['--max-parallel', "getopt: option '--max-parallel' requires an argument"],
  ['--force-flush=1', "getopt: option '--force-flush' doesn't allow an argument"],
  ['--force', "getopt: option '--force' is ambiguous; possibilities: '--force-flush' '--force-all'"],
])('%j', (line, expected) => {
  expect(read(line)).toEqual(expected);
});

test('words that no parameter takes', () => {
  const result = readArguments({ ...command, parameters: command.parameters.slice(0, 5) }, ['h', 'b', 'c']);
  expect(result).toEqual({ error: 'Extraneous arguments found: b c', from: 'doveadm' });
});

describe('global options', () => {
  test('end at the first word', () => {
    expect(readGlobalOptions(['-Df', 'json', '-o', 'a=b', '-o', 'c=d', 'director', '-h'])).toMatchObject({
      do: 'run',
      debug: true,
      verbose: true,
      hideTitles: false,
      format: 'json',
      overrides: ['a=b', 'c=d'],
      words: ['director', '-h'],
    });
  });
  test.each([
    [['-z'], "invalid option -- 'z'"],
    [['--nosuch'], "invalid option -- '-'"],
    [['-c'], "option requires an argument -- 'c'"],
  ])('%j', (words, text) => {
    expect(readGlobalOptions(words)).toEqual({ do: 'error', text });
  });
});
