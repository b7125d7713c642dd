import { expect, test } from 'vitest';
import { NO_HOP } from '../client/hop.ts';
import { fitsImapId, imapIntroduction } from './imap-introduction.ts';
import { fitsPop3Xclient, pop3Introduction } from './pop3-introduction.ts';

const CLIENT = {
  session: '6HQD4NJgb8p/AAAB',
  endpoints: { rip: '9.9.9.9', rport: 999, lip: '8.8.8.8', lport: 143 },
  clientId: undefined,
  hop: NO_HOP,
};

/** As a hop of 2.4 introduced it. */
const CLIENT24 = { ...CLIENT, hop: { name: 'mail.example.com', transport: 'TLS', destination: true } } as const;
const IMAP =
  'I ID ("x-session-id" "6HQD4NJgb8p/AAAB" "x-originating-ip" "9.9.9.9" "x-originating-port" "999" ' +
  '"x-connected-ip" "8.8.8.8" "x-connected-port" "143" "x-proxy-ttl" "2"';

test('IMAP: keys in Dovecot’s order', () => {
  expect(imapIntroduction(CLIENT, 2, [])).toBe(`${IMAP})\r\n`);
});

test('IMAP: what a hop of 2.4 said travels on', () => {
  expect(imapIntroduction(CLIENT24, 2, [{ key: 'a', value: 'b' }])).toBe(
    `${IMAP} "x-client-transport" "TLS" "x-connected-name" "mail.example.com" "x-forward-a" "b")\r\n`,
  );
});

test('IMAP: forward fields last, the client’s own ID first', () => {
  const forward = [
    { key: 'b', value: 'two words\tand tab' },
    { key: 'empty', value: undefined },
    { key: 'crlf', value: 'a\r\nL LOGIN' },
  ];
  expect(imapIntroduction({ ...CLIENT, clientId: '"name" "xx"' }, 2, forward)).toBe(
    `${IMAP.replace('(', '("name" "xx" ')} "x-forward-b" "two words\tand tab" "x-forward-empty" NIL "x-forward-crlf" {10}\r\na\r\nL LOGIN)\r\n`,
  );
});

test('IMAP: a key may have 30 bytes', () => {
  expect(fitsImapId([{ key: 'k'.repeat(20), value: 'v'.repeat(1024) }])).toBe(true);
  expect(fitsImapId([{ key: 'k'.repeat(21), value: 'v' }])).toBe(false);
  expect(fitsImapId([{ key: 'k', value: 'v'.repeat(1025) }])).toBe(false);
});

test('POP3: forward fields as base64', () => {
  const forward = [
    { key: 'b', value: 'two words\tand tab' },
    { key: 'empty', value: undefined },
    { key: 'a', value: 'one' },
  ];
  expect(pop3Introduction(CLIENT, 4, forward)).toBe(
    'XCLIENT ADDR=9.9.9.9 PORT=999 SESSION=6HQD4NJgb8p/AAAB TTL=4 FORWARD=Yj10d28gd29yZHMBdGFuZCB0YWIJZW1wdHkJYT1vbmU=\r\n',
  );
});

test('POP3: what a hop of 2.4 said travels on', () => {
  expect(pop3Introduction(CLIENT24, 4, [{ key: 'a', value: 'b' }])).toBe(
    'XCLIENT ADDR=9.9.9.9 PORT=999 DESTADDR=8.8.8.8 DESTPORT=143 SESSION=6HQD4NJgb8p/AAAB TTL=4 ' +
      'CLIENT-TRANSPORT=TLS DESTNAME=mail.example.com FORWARD=YT1i\r\n',
  );
});

test('POP3: nothing in a session id can end the command', () => {
  expect(pop3Introduction({ ...CLIENT, session: 'x y\r\nDELE 1' }, 4, [])).toBe(
    'XCLIENT ADDR=9.9.9.9 PORT=999 SESSION=xyDELE1 TTL=4\r\n',
  );
});

test('POP3: a command has 1024 bytes', () => {
  expect(fitsPop3Xclient('x'.repeat(1024))).toBe(true);
  expect(fitsPop3Xclient('x'.repeat(1025))).toBe(false);
});
