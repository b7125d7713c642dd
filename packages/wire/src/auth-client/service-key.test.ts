import { expect, test } from 'vitest';
import { withServiceKey } from './service-key.ts';

test.each([
  ['AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tresp=AA==', 'AUTH\t1\tPLAIN\tservice=imap\tfinal-resp-ok\tresp=AA=='],
  ['AUTH\t1\tPLAIN\tsecured\tprotocol=imap', 'AUTH\t1\tPLAIN\tsecured\tservice=imap'],
  ['PASS\t3657170945\talice\tprotocol=lmtp\tlip=127.0.0.1', 'PASS\t3657170945\talice\tservice=lmtp\tlip=127.0.0.1'],
  ['USER\t1\tprotocol=x\tprotocol=doveadm', 'USER\t1\tprotocol=x\tservice=doveadm'],
  ['LIST\t1\tprotocol=doveadm', 'LIST\t1\tservice=doveadm'],
  ['LIST\t1\tuser=*\tprotocol=doveadm\tdebug', 'LIST\t1\tuser=*\tservice=doveadm\tdebug'],
])('%j', (line, renamed) => {
  expect(withServiceKey(line)).toBe(renamed);
});

test.each([
  'AUTH\t1\tPLAIN\tservice=imap',
  'PASS\t1\tprotocol=lmtp',
  'CONT\t1\tAA==\tprotocol=imap',
  'VERSION\t1\t3',
  'AUTH\t1',
  'AUTHX\t1\tPLAIN\tprotocol=imap',
  '',
])('%j stays', (line) => {
  expect(withServiceKey(line)).toBe(line);
});
