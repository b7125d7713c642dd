/** Everything pop3-login answers before a login, and logins of all kinds. */
import { BAD, base64, type Case, oneByOne, PLAIN } from './login-cases.ts';

export const pop3Cases: readonly Case[] = [
  { name: 'CAPA', steps: [['CAPA\r\n', 11]] },
  { name: 'CAPA, insecure', from: '127.0.0.2', steps: [['CAPA\r\n', 10]] },
  { name: 'USER and PASS', steps: oneByOne('USER u1@example.com', 'PASS pass1', 'NOOP') },
  {
    name: 'wrong, then right',
    steps: oneByOne('USER u1@example.com', 'PASS x', 'PASS pass1', 'USER u1@example.com', 'PASS pass1'),
  },
  {
    name: 'backend refuses',
    steps: oneByOne('USER wrong@example.com', 'PASS pass1', 'USER u2@example.com', 'PASS pass1'),
  },
  { name: 'master user', steps: oneByOne('USER master@example.com', 'PASS pass1') },
  { name: 'backend is down', steps: oneByOne('USER refused@example.com', 'PASS pass1', 'USER x') },
  {
    name: 'nologin',
    steps: oneByOne('USER nologin@example.com', 'PASS pass1', 'USER quiet@example.com', 'PASS pass1'),
  },
  { name: 'referral', steps: oneByOne('USER referral@example.com', 'PASS pass1') },
  {
    name: 'AUTH list',
    steps: [
      ['AUTH\r\n', 6],
      ['USER x\r\n', 1],
    ],
  },
  { name: 'AUTH list, insecure', from: '127.0.0.2', steps: [['AUTH\r\n', 4]] },
  {
    name: 'AUTH',
    steps: [
      ['AUTH PLAIN\r\n', 1],
      [`${PLAIN}\r\n`, 1],
    ],
  },
  { name: 'AUTH with initial response', steps: oneByOne(`auth plain ${PLAIN}`) },
  { name: 'AUTH wrong', steps: oneByOne(`AUTH PLAIN ${BAD}`, `AUTH PLAIN ${PLAIN}`) },
  { name: 'AUTH empty response', steps: oneByOne('AUTH PLAIN =') },
  {
    name: 'AUTH LOGIN',
    steps: [
      ['AUTH LOGIN\r\n', 1],
      [`${base64('u1@example.com')}\r\n`, 1],
      [`${base64('pass1')}\r\n`, 1],
    ],
  },
  { name: 'AUTH abort', steps: oneByOne('AUTH PLAIN', '*', 'USER x') },
  { name: 'AUTH bad base64', steps: oneByOne('AUTH PLAIN', '###', 'AUTH PLAIN ###', 'AUTH PLAIN AGEAYg') },
  { name: 'AUTH unknown', steps: oneByOne('AUTH FOO', 'AUTH FOO x', 'USER x') },
  { name: 'an initial response of 8000 bytes', steps: oneByOne(`AUTH PLAIN ${'A'.repeat(8000)}`, 'USER x') },
  { name: 'an initial response of 8300 bytes', steps: [[`AUTH PLAIN ${'A'.repeat(8300)}\r\n`, 'close']] },
  { name: 'PASS without USER', steps: oneByOne('PASS x', 'USER', 'PASS') },
  { name: 'APOP', steps: oneByOne('APOP x 0123456789abcdef0123456789abcdef') },
  {
    name: 'bad commands close',
    steps: [...oneByOne('NOOP', 'STAT', 'USER x', 'FOO', 'CAPABILITY'), ['\r\n', 'close']],
  },
  { name: 'odd command lines', steps: oneByOne('QU\rIT1 x', 'CAPA\0 x', 'USER x\0y') },
  { name: 'a USER of 1024 bytes', steps: oneByOne(`USER ${'x'.repeat(1024)}`) },
  { name: 'a USER of 1026 bytes', steps: [[`USER ${'x'.repeat(1026)}\r\n`, 'close']] },
  { name: 'QUIT', steps: [['QUIT\r\n', 'close']] },
  {
    name: 'insecure USER',
    from: '127.0.0.2',
    steps: oneByOne('USER u1@example.com', 'PASS pass1', `AUTH PLAIN ${PLAIN}`),
  },
  {
    name: 'STLS',
    from: '127.0.0.2',
    steps: [
      ['STLS\r\n', 1],
      'tls',
      ['CAPA\r\n', 10],
      ['STLS\r\n', 1],
      ['USER u1@example.com\r\n', 1],
      ['PASS pass1\r\n', 1],
    ],
  },
  { name: 'pop3s', tls: true, steps: oneByOne('USER u1@example.com', 'PASS pass1') },
  { name: 'XCLIENT, untrusted', steps: oneByOne('XCLIENT ADDR=9.9.9.9', 'XOIP 9.9.9.9') },
  {
    name: 'XCLIENT, trusted',
    from: '127.0.0.9',
    steps: oneByOne(
      'XCLIENT ADDR=9.9.9.9 PORT=77 SESSION=abc TTL=3 FORWARD=Zm9vPWJhcg== X=y',
      'USER u1@example.com',
      'PASS pass1',
    ),
  },
  {
    name: 'XCLIENT, trusted, wrong',
    from: '127.0.0.9',
    steps: oneByOne(
      'XCLIENT ADDR=x',
      'XCLIENT PORT=0',
      'XCLIENT TTL=x',
      'XCLIENT FORWARD=###',
      'XCLIENT',
      'XOIP 9.9.9.9',
    ),
  },
  { name: 'pipelined', steps: [['USER u1@example.com\r\nPASS pass1\r\nNOOP\r\nQUIT\r\n', 'close']] },
];
