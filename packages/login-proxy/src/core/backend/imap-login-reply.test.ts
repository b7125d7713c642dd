import { expect, test } from 'vitest';
import { imapLoginReply } from './imap-login-reply.ts';

test.each([
  ['backend code', '[CAPABILITY X Y] in', undefined, false, 'a OK [CAPABILITY X Y] in\r\n'],
  ['backend code beats an older list', '[CAPABILITY X] in', 'OLD', false, 'a OK [CAPABILITY X] in\r\n'],
  ['untagged or banner list', 'in', 'X Y', false, 'a OK [CAPABILITY X Y] in\r\n'],
  ['untagged list, client asked', 'in', 'X Y', true, '* CAPABILITY X Y\r\na OK in\r\n'],
  ['code, client asked', '[CAPABILITY X] in', 'OLD', true, '* CAPABILITY X\r\na OK [CAPABILITY X] in\r\n'],
  ['another code gives way', '[ALERT] hear', 'X', false, 'a OK [CAPABILITY X] hear\r\n'],
  ['another code stays for a client that asked', '[ALERT] hear', 'X', true, '* CAPABILITY X\r\na OK [ALERT] hear\r\n'],
  ['nothing known', '[ALERT] hear', undefined, false, 'a OK [ALERT] hear\r\n'],
])('%s', (_, reply, capability, sentCapability, expected) => {
  expect(imapLoginReply('a', { reply, capability }, sentCapability)).toBe(expected);
});
