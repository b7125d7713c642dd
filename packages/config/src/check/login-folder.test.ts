import { expect, test } from 'vitest';
import { loadConfig } from '../load.ts';
import { memorySource } from '../testing/memory-source.ts';

const warningsOf = (listener: string, mode = '0666'): readonly string[] => {
  const text = `base_dir = /run/homing\nservice director {\n unix_listener ${listener} {\n mode = ${mode}\n }\n}\n`;
  return loadConfig('x.conf', memorySource({ 'x.conf': text })).warnings;
};

test.each([
  ['/run/dovecot/login/director', '/run/dovecot/login/sidecar/director'],
  ['/srv/run/token-login/x', '/srv/run/token-login/sidecar/x'],
])('%s is told to move to %s', (path, better) => {
  expect(warningsOf(path)).toEqual([
    `service(director): unix_listener ${path}: a Dovecot does not start while somebody listens directly in its ` +
      `login folder; a folder below is safe: ${better}`,
  ]);
});

test.each([
  ['a folder below', '/run/dovecot/login/sidecar/director', '0666'],
  ['our own base_dir', 'login/director', '0666'],
  ['nobody listens', '/run/dovecot/login/director', '0'],
  ['another folder', '/run/dovecot/logins/director', '0666'],
])('no word about it: %s', (_, path, mode) => {
  expect(warningsOf(path, mode)).toEqual([]);
});
