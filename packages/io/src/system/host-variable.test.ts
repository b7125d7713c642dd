import { hostname } from 'node:os';
import { expect, test, vi } from 'vitest';
import { hostVariable } from './host-variable.ts';

test('the process and its surroundings', () => {
  vi.stubEnv('GREETING', 'grüß');
  expect(hostVariable('hostname')).toBe(hostname());
  expect(hostVariable('pid')).toBe(String(process.pid));
  expect([hostVariable('uid'), hostVariable('gid')]).toEqual([
    String(process.geteuid?.()),
    String(process.getegid?.()),
  ]);
  expect(hostVariable('env:GREETING')).toBe('gr\xc3\xbc\xc3\x9f');
  expect(hostVariable('env:NO_SUCH')).toBe('');
  expect(hostVariable('home')).toBeUndefined();
  vi.unstubAllEnvs();
});
