import type { Source } from '@homing/config';
import { expect, test } from 'vitest';
import { homeconf } from './homeconf.ts';

const source = (conf: string): Source => ({
  read: (path) => (path === 't.conf' ? { text: conf } : { failure: 'No such file or directory' }),
  glob: () => [],
  env: () => undefined,
  resolveHost: () => [],
  userExists: () => true,
});

const run = (conf: string, ...args: string[]): { out: string; log: string[]; code: number } => {
  let out = '';
  const log: string[] = [];
  const code = homeconf(args, 't.conf', source(conf), {
    out: (bytes) => {
      out += bytes;
    },
    log: (line) => log.push(line),
  });
  return { out: out.replace(/^# .*\n/gm, ''), log, code };
};

const IMAP = 'protocol imap {\n  login_greeting = imap\n}\n';

test.each([
  [['-n'], `login_greeting = x\n${IMAP}`],
  [['-Pn'], `login_greeting = x\n${IMAP}`],
  [['-n', '-c', 't.conf'], `login_greeting = x\n${IMAP}`],
  [['-nct.conf'], `login_greeting = x\n${IMAP}`],
  [['login_greeting'], 'login_greeting = x\n'],
  [['login_greeting', '-h'], 'x\n'],
  [['-S', 'login_greeting'], 'login_greeting=x\n'],
  [['-d', '-h', 'login_greeting'], 'Dovecot (Debian) ready.\n'],
  [['-f', 'protocol=imap', '-h', 'login_greeting'], 'imap\n'],
  [['-f', 'service=imap', '-f', 'service=pop3', '-h', 'login_greeting'], 'x\n'],
])('%j', (args, out) => {
  expect(run(`login_greeting = x\n${IMAP}`, ...args)).toEqual({ out, log: [], code: 0 });
});

test.each([
  [['-Z'], "homeconf: invalid option -- 'Z'"],
  [['-m'], "homeconf: option requires an argument -- 'm'"],
  [['-f', 'bad=1'], 'homeconf: Fatal: Unknown filter argument: bad=1'],
  [['-f', 'local=nosuch'], 'homeconf: Fatal: local filter: gethostbyname(nosuch) failed: Name or service not known'],
  [['-c', 'other.conf'], 'homeconf: Fatal: open(other.conf) failed: No such file or directory'],
])('%j ends with 89', (args, line) => {
  expect(run('', ...args)).toEqual({ out: '', log: [line], code: 89 });
});

test('a wrong configuration ends with 89', () => {
  expect(run('\nfoo = 1\n', '-n')).toEqual({
    out: '',
    log: ['homeconf: Fatal: Error in configuration file t.conf line 2: Unknown setting: foo'],
    code: 89,
  });
});

test('the header names the file and the product', () => {
  let out = '';
  homeconf(['-n'], 't.conf', source(''), {
    out: (bytes) => {
      out += bytes;
    },
    log: () => undefined,
  });
  expect(out).toMatch(/^# Homing v[\d.]+: t\.conf\n# OS: .*\n# Hostname: .*\n$/);
});
