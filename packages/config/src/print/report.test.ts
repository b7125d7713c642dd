/** Outputs captured from doveconf 2.3.19.1. More, against the installed one: homing/interop/config.interop.ts. */
import { expect, test } from 'vitest';
import { memorySource } from '../testing/memory-source.ts';
import { type Report, type Request, reportConfig } from './report.ts';

const request: Request = {
  path: 't.conf',
  scope: 'changed',
  form: 'blocks',
  expand: false,
  hideSecrets: true,
  hideKeys: false,
  names: [],
  modules: [],
  asked: {},
};

const report = (conf: string, other: Partial<Request> = {}): Report =>
  reportConfig({ ...request, ...other }, memorySource({ 't.conf': conf }));

test.each([
  ["login_greeting = Don't stop # kept\n", 'login_greeting = "Don\\\'t stop # kept"\n'],
  ['login_trusted_networks = "x" y\n', 'login_trusted_networks = "x" y\n'],
  ['login_greeting = "  spaced  "\n', 'login_greeting = "  spaced  "\n'],
  ['auth_realms =\nlogin_greeting =\n', 'login_greeting = \n'],
  ['auth_failure_delay = 2 secs\ndirector_user_expire = 900 s\n', ''],
  ['mail_plugins = acl\nmail_plugins = $mail_plugins quota\n', 'mail_plugins = acl quota\n'],
  ['plugin {\n  zz = "a # b"\n  a =\n}\nplugin/yy = 5\n', 'plugin {\n  a = \n  yy = 5\n  zz = "a # b"\n}\n'],
  ['doveadm_password = sec\n', 'doveadm_password = # hidden, use -P to show it\n'],
  ['dict {\n  b = redis:host=1:secret=foo\n}\n', 'dict {\n  b = redis:host=1:secret=#hidden_use-P_to_show#\n}\n'],
  [
    'passdb {\n  driver = static\n  args = proxy=y pass=xyz nopassword=y\n}\n',
    'passdb {\n  args = proxy=y pass=#hidden_use-P_to_show# nopassword=y\n  driver = static\n}\n',
  ],
  ['login_greeting = https://u:p@h/ x\n', 'login_greeting = https://#hidden_use-P_to_show#@h/ x\n'],
  [
    'service auth {\n  unix_listener x {\n    mode = 600\n  }\n}\n',
    'service auth {\n  unix_listener x {\n    mode = 01130\n  }\n}\n',
  ],
  [
    'local 10.0.0.0/8 {\n  protocol imap {\n    login_greeting = x\n  }\n}\n',
    'local 10.0.0.0/8 {\n  protocol imap {\n    login_greeting = x\n  }\n}\n',
  ],
])('%j', (conf, out) => {
  const { out: printed, notes } = report(conf);
  expect(printed).toBe(out);
  expect(notes.filter(({ level }) => level !== 'warning')).toEqual([]);
});

test('secrets are shown when asked for', () => {
  expect(report('doveadm_password = sec\n', { hideSecrets: false }).out).toBe('doveadm_password = sec\n');
  expect(report('doveadm_password = sec\n', { names: ['doveadm_password'] }).out).toBe('doveadm_password = sec\n');
});

test.each([
  [['auth_mechanisms'], 'auth_mechanisms = plain\n'],
  [['nosuch'], ''],
  [['passdb/0/driver'], 'passdb/0/driver = pam\n'],
  [['service/ipc/unix_listener/ipc/mode'], 'service/ipc/unix_listener/ipc/mode = 0600\n'],
])('the setting %j', (names, out) => {
  expect(report('passdb {\n  driver = pam\n}\n', { names })).toEqual({ out, notes: [] });
});

test('what a connection sees', () => {
  const conf = 'login_greeting = all\nprotocol imap {\n  login_greeting = imap\n}\n';
  expect(report(conf, { names: ['login_greeting'], hideKeys: true, asked: { service: 'imap' } }).out).toBe('imap\n');
});

test('a wrong line ends it; warnings before it are kept', () => {
  expect(report('login_greeting = a#b\nfoo = 1\n')).toEqual({
    out: '',
    notes: [
      {
        level: 'warning',
        text:
          "Configuration file t.conf line 1: Ambiguous '#' character in line, treating it as comment. " +
          'Add a space before it to remove this warning.',
      },
      { level: 'fatal', text: 'Error in configuration file t.conf line 2: Unknown setting: foo' },
    ],
  });
});

test('what is wrong as a whole is printed first', () => {
  expect(report('listen =\n')).toEqual({
    out: 'listen = \n',
    notes: [
      { level: 'error', text: "listen can't be set empty" },
      { level: 'fatal', text: "Error in configuration file t.conf: listen can't be set empty" },
    ],
  });
});

test('flat lines', () => {
  expect(report('passdb {\n  driver = pam\n}\n', { form: 'flat', names: ['passdb'] }).out).toBe(
    'passdb=0\npassdb/0/driver=pam\n',
  );
});
