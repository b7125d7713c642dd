import type { IpcReply } from '@homing/wire';
import { expect, test } from 'vitest';
import { joinIpcAnswers } from './ipc-answers.ts';

const line = (data: string): IpcReply => ({ reply: 'line', data });
const ok = (data: string): IpcReply => ({ reply: 'ok', data });
const error = (data: string): IpcReply => ({ reply: 'error', data });

test.each<[string, string, IpcReply[][], IpcReply[]]>([
  ['counts are added up', 'KICK\tu', [[ok('2')], [ok('0')], [ok('3')]], [ok('5')]],
  ['the first error counts', 'KICK\tu', [[ok('2')], [error('a')], [error('b')]], [error('a')]],
  ['other words: the last', 'WHAT', [[ok('x')], [ok('y')]], [ok('y')]],
  ['nobody there', 'KICK\tu', [], [ok('')]],
  [
    'one header for equal tables',
    'LIST-FULL',
    [
      [line('username\tservice'), line('a\timap'), ok('')],
      [line('username\tservice'), ok('')],
      [line('username\tservice'), line('b\timap'), ok('')],
    ],
    [line('username\tservice'), line('a\timap'), line('b\timap'), ok('')],
  ],
  [
    'columns of all processes',
    'LIST-FULL',
    [
      [line('username\tuser_b\tservice'), line('a\tB\timap'), ok('')],
      [line('username\tuser_c\tuser_b\tservice'), line('x\tC\tB2\tpop3'), ok('')],
    ],
    [line('username\tuser_b\tuser_c\tservice'), line('a\tB\t\timap'), line('x\tB2\tC\tpop3'), ok('')],
  ],
])('%s', (_, command, answers, expected) => {
  expect(joinIpcAnswers(command, answers)).toEqual(expected);
});
