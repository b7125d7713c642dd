import { expect, test } from 'vitest';
import { announcesXclient, parsePop3BackendReply } from './backend-reply.ts';

test.each([
  ['+OK Logged in.', { cmd: '+OK', text: 'Logged in.' }],
  ['+OK', { cmd: '+OK', text: '' }],
  ['+ VXNlcm5hbWU6', { cmd: '+', text: 'VXNlcm5hbWU6' }],
  ['-ERR [SYS/TEMP] try later', { cmd: '-ERR', text: '[SYS/TEMP] try later', isTemporary: true }],
  ['-ERR [IN-USE] locked', { cmd: '-ERR', text: '[IN-USE] locked', isTemporary: false }],
  ['-ERR', { cmd: 'unknown' }],
  ['whatever', { cmd: 'unknown' }],
])('%j', (line, expected) => {
  expect(parsePop3BackendReply(line)).toEqual(expected);
});

test('XCLIENT is announced only right after the status', () => {
  expect(announcesXclient('+OK [XCLIENT] ready')).toBe(true);
  expect(announcesXclient('+OK ready [XCLIENT]')).toBe(false);
});
