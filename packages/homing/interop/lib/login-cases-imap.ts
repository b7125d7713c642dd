/** Everything imap-login answers before a login, and logins of all kinds. */
import { BAD, base64, type Case, oneByOne, PLAIN } from './login-cases.ts';

export const imapCases: readonly Case[] = [
  { name: 'capability, noop, enable', steps: [['a CAPABILITY\r\nb NOOP\r\nc enable X\r\n', 5]] },
  { name: 'capability, insecure', from: '127.0.0.2', steps: [['a CAPABILITY\r\n', 2]] },
  { name: 'LOGIN', steps: oneByOne('a LOGIN u1@example.com pass1', 'b NOOP') },
  { name: 'LOGIN quoted', steps: oneByOne('a login "u1@example.com" "pass1"') },
  {
    name: 'LOGIN after CAPABILITY',
    steps: [
      ['a CAPABILITY\r\n', 2],
      ['b LOGIN u1@example.com pass1\r\n', 2],
    ],
  },
  {
    name: 'LOGIN with literals',
    steps: [
      ['a LOGIN {14}\r\n', 1],
      ['u1@example.com {5+}\r\npass1\r\n', 1],
    ],
  },
  {
    name: 'LOGIN with two literals',
    steps: [
      ['a LOGIN {14}\r\n', 1],
      ['u1@example.com {5}\r\n', 1],
      ['pass1\r\n', 1],
    ],
  },
  { name: 'LOGIN wrong, then right', steps: oneByOne('a LOGIN u1@example.com x', 'b LOGIN u1@example.com pass1') },
  { name: 'LOGIN unknown user', steps: oneByOne('a LOGIN nobody x', 'b NOOP') },
  { name: 'LOGIN as a bad user name', steps: oneByOne('a LOGIN "u1 @x" x', 'b LOGIN "" ""', 'c LOGIN {0+}\r\n x') },
  { name: 'backend refuses', steps: oneByOne('a LOGIN wrong@example.com pass1', 'b LOGIN u2@example.com pass1') },
  { name: 'master user', steps: oneByOne('a LOGIN master@example.com pass1') },
  { name: 'backend is down', steps: oneByOne('a LOGIN refused@example.com pass1', 'b NOOP') },
  { name: 'nologin', steps: oneByOne('a LOGIN nologin@example.com pass1', 'b LOGIN quiet@example.com pass1') },
  { name: 'referral', steps: oneByOne('a LOGIN referral@example.com pass1') },
  { name: 'LOGIN arguments', steps: oneByOne('a LOGIN', 'b LOGIN x', 'c LOGIN x (y)') },
  { name: 'LOGIN arguments, too many', steps: oneByOne('b LOGIN x y z', 'a LOGIN x y "z"') },
  { name: 'tag forgotten', steps: oneByOne('LOGIN u p', 'LOGIN u p', 'LOGIN u p', 'LOGIN u p', 'a NOOP') },
  { name: 'bad commands close', steps: [...oneByOne('a FOO', 'b NOOP', 'c', 'd NOOP'), ['e FOO\r\n', 'close']] },
  { name: 'no tags', steps: [...oneByOne('', ' ', 'x'), ['', 'close']] },
  { name: 'bad tags', steps: [...oneByOne('+ NOOP', '"a" NOOP'), ['\xe4 NOOP\r\n', 'close']] },
  { name: 'a long tag', steps: oneByOne(`${'t'.repeat(126)} NOOP`, `${'t'.repeat(127)} NOOP`) },
  {
    name: 'syntax errors',
    steps: oneByOne('a LOGIN "x', 'b LOGIN (x', 'c LOGIN x)', 'd LOGIN \xe4', 'e LOGIN x"y', 'f NOOP'),
  },
  {
    name: 'more syntax errors',
    steps: oneByOne('a LOGIN {x}', 'b LOGIN ~{1}', 'c LOGIN {1+x}', 'd LOGIN {2+}x', 'e LOGIN "\0"'),
  },
  { name: 'HTTP', steps: [['GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n', 'close']] },
  { name: 'a literal too large', steps: [['a LOGIN {9000}\r\n', 'close']] },
  { name: 'a non-synchronizing literal too large', steps: [['a LOGIN {9000+}\r\n', 'close']] },
  { name: 'an argument of 1000 bytes', steps: oneByOne(`a NOOP ${'x'.repeat(1000)}`) },
  { name: 'an argument of 1100 bytes', steps: [[`a NOOP ${'x'.repeat(1100)}\r\n`, 'close']] },
  {
    name: 'a literal of 1100 bytes',
    steps: [
      ['a NOOP {1100}\r\n', 1],
      [`${'x'.repeat(1100)}\r\n`, 'close'],
    ],
  },
  { name: 'a long line', steps: oneByOne(`a NOOP${' yyyyyyyyy'.repeat(850)}`, 'b NOOP') },
  { name: 'LOGOUT', steps: [['a LOGOUT x\r\n', 'close']] },
  {
    name: 'AUTHENTICATE',
    steps: [
      ['a AUTHENTICATE PLAIN\r\n', 1],
      [`${PLAIN}\r\n`, 1],
    ],
  },
  { name: 'AUTHENTICATE with initial response', steps: oneByOne(`a authenticate plain ${PLAIN}`) },
  { name: 'AUTHENTICATE wrong', steps: oneByOne(`a AUTHENTICATE PLAIN ${BAD}`, `b AUTHENTICATE PLAIN ${PLAIN}`) },
  { name: 'AUTHENTICATE empty response', steps: oneByOne('a AUTHENTICATE PLAIN =', 'b NOOP') },
  {
    name: 'AUTHENTICATE LOGIN',
    steps: [
      ['a AUTHENTICATE LOGIN\r\n', 1],
      [`${base64('u1@example.com')}\r\n`, 1],
      [`${base64('pass1')}\r\n`, 1],
    ],
  },
  {
    name: 'AUTHENTICATE abort',
    steps: [
      ['a AUTHENTICATE PLAIN\r\n', 1],
      ['*\r\n', 1],
      ['b NOOP\r\n', 1],
    ],
  },
  {
    name: 'AUTHENTICATE bad base64',
    steps: [
      ['a AUTHENTICATE PLAIN\r\n', 1],
      ['####\r\n', 1],
      ['b AUTHENTICATE PLAIN ###\r\n', 1],
    ],
  },
  {
    name: 'AUTHENTICATE base64 without padding',
    steps: [
      ['a AUTHENTICATE PLAIN\r\n', 1],
      ['AGEAYg\r\n', 1],
      ['b AUTHENTICATE PLAIN AGEAYg\r\n', 1],
    ],
  },
  { name: 'AUTHENTICATE unknown', steps: oneByOne('a AUTHENTICATE FOO', 'b AUTHENTICATE FOO x', 'c NOOP') },
  { name: 'AUTHENTICATE without mechanism', steps: oneByOne('a AUTHENTICATE', 'b AUTHENTICATE  PLAIN') },
  { name: 'AUTHENTICATE EXTERNAL', steps: oneByOne('a AUTHENTICATE EXTERNAL =', 'b NOOP') },
  { name: 'an initial response of 8000 bytes', steps: oneByOne(`a AUTHENTICATE PLAIN ${'A'.repeat(8000)}`, 'b NOOP') },
  { name: 'an initial response of 8300 bytes', steps: [[`a AUTHENTICATE PLAIN ${'A'.repeat(8300)}\r\n`, 'close']] },
  {
    name: 'a response of 8300 bytes',
    steps: [
      ['a AUTHENTICATE PLAIN\r\n', 1],
      [`${'A'.repeat(8300)}\r\n`, 'close'],
    ],
  },
  {
    name: 'insecure LOGIN',
    from: '127.0.0.2',
    steps: [
      ['a LOGIN u1@example.com pass1\r\n', 2],
      ['b NOOP\r\n', 1],
    ],
  },
  {
    name: 'insecure AUTHENTICATE',
    from: '127.0.0.2',
    steps: oneByOne(`b AUTHENTICATE PLAIN ${PLAIN}`, 'c AUTHENTICATE LOGIN'),
  },
  {
    name: 'STARTTLS',
    from: '127.0.0.2',
    steps: [
      ['a STARTTLS\r\n', 1],
      'tls',
      ['b CAPABILITY\r\n', 2],
      ['c STARTTLS\r\n', 1],
      ['d LOGIN u1@example.com pass1\r\n', 1],
    ],
  },
  {
    name: 'imaps',
    tls: true,
    steps: [
      ['a CAPABILITY\r\n', 2],
      ['b LOGIN u1@example.com pass1\r\n', 2],
    ],
  },
  {
    name: 'ID',
    steps: [
      ['a ID NIL\r\n', 2],
      ['b ID ("name" "x" "version" NIL)\r\n', 2],
      ['c ID\r\n', 2],
      ['d ID ()\r\n', 2],
    ],
  },
  {
    name: 'ID faults',
    steps: oneByOne(
      'a ID (x "y")',
      'b ID "x"',
      `c ID ("${'k'.repeat(31)}" "y")`,
      'd ID ("x" "y"',
      'e ID ("x" ("y"))',
      'f NOOP',
    ),
  },
  {
    name: 'ID with literals',
    steps: [
      ['a ID ("x" {2}\r\n', 1],
      ['yy "z" {1+}\r\nq) junk\r\n', 2],
      ['b NOOP\r\n', 1],
    ],
  },
  { name: 'ID from an untrusted client', from: '127.0.0.2', steps: [['a ID ("x-originating-ip" "9.9.9.9")\r\n', 2]] },
  {
    name: 'ID from a trusted hop',
    from: '127.0.0.9',
    steps: [
      [
        'a ID ("x-originating-ip" "9.9.9.9" "x-originating-port" "999" "x-connected-ip" "8.8.8.8" "x-connected-port" "143" "x-session-id" "SESS123" "x-proxy-ttl" "3" "x-forward-foo" "bar")\r\n',
        2,
      ],
      ['b LOGIN u1@example.com pass1\r\n', 1],
    ],
  },
  {
    name: 'TTL exhausted',
    from: '127.0.0.9',
    steps: [
      ['a ID ("x-proxy-ttl" "1")\r\n', 2],
      ['b LOGIN u1@example.com pass1\r\n', 1],
    ],
  },
  { name: 'pipelined LOGIN and more', steps: [['a LOGIN u1@example.com pass1\r\nb NOOP\r\nc LOGOUT\r\n', 'close']] },
  { name: 'bare LF', steps: [['a NOOP\nb LOGIN u1@example.com pass1\n', 2]] },
];
