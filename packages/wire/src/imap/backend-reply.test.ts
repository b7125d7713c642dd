import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasCapability, parseImapBackendBanner, parseImapBackendReply } from './backend-reply.ts';

test.each([
  ['+ VXNlcm5hbWU6', { cmd: '+', text: 'VXNlcm5hbWU6' }],
  ['+ ', { cmd: '+', text: '' }],
  ['+OK', { cmd: '+', text: undefined }],
  ['S OK Begin TLS negotiation now.', { cmd: 'S', isOk: true, text: 'Begin TLS negotiation now.' }],
  ['S BAD no', { cmd: 'S', isOk: false, text: 'BAD no' }],
  ['L OK [CAPABILITY X] in', { cmd: 'L', isOk: true, text: '[CAPABILITY X] in' }],
  ['L OK', { cmd: 'L', isOk: false, text: 'OK' }],
  ['L NO [LIMIT] too many', { cmd: 'L', isOk: false, text: 'NO [LIMIT] too many' }],
  ['l OK in', { cmd: 'unknown' }],
  ['i ok done', { cmd: 'I' }],
  ['* capability IMAP4rev1 XX', { cmd: '* CAPABILITY', list: 'IMAP4rev1 XX' }],
  ['* ID ("name" "Dovecot")', { cmd: '* ID' }],
  ['* BYE gone', { cmd: '* BYE' }],
  ['* bye gone', { cmd: '*' }],
  ['* 1 EXISTS', { cmd: '*' }],
  ['Z OK what', { cmd: 'unknown' }],
])('%j', (line, expected) => {
  expect(parseImapBackendReply(line)).toEqual(expected);
});

test.each([
  ['* OK [CAPABILITY IMAP4rev1 ID] ready', { capability: 'IMAP4rev1 ID' }],
  ['* OK [CAPABILITY IMAP4rev1', { capability: 'IMAP4rev1' }],
  ['* OK ready', { capability: undefined }],
  ['* OK', undefined],
  ['* PREAUTH hello', undefined],
  ['+OK pop', undefined],
])('banner %j', (line, expected) => {
  expect(parseImapBackendBanner(line)).toEqual(expected);
});

test('capabilities are whole words in any case', () => {
  expect(hasCapability('IMAP4rev1 sasl-ir', 'SASL-IR')).toBe(true);
  expect(hasCapability('IMAP4rev1 SASL-IRX', 'SASL-IR')).toBe(false);
});

test('any line is some reply', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => parseImapBackendReply(line).cmd.length > 0));
});
