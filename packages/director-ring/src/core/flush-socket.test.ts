import { expect, test } from 'vitest';
import { hasFlushScheme, parseFlushTarget } from './flush-socket.ts';

test.each([
  ['unix:user-flush', { scheme: 'unix', path: 'user-flush' }],
  ['user-flush', { scheme: 'unix', path: 'user-flush' }],
  ['unix:flush-%i', { scheme: 'unix', path: 'flush-10.0.0.1' }],
  ['unix:%{if;%h;*;mail*;m%{pid}}', { scheme: 'unix', path: 'm7' }],
  ['tcp:%{host}:4000', { scheme: 'tcp', host: 'mail1', port: 4000 }],
  ['tcp:[::1]:4000', { scheme: 'tcp', host: '::1', port: 4000 }],
  ['exec:/bin/flush a %h', { scheme: 'exec', program: '/bin/flush', args: ['a', 'mail1'] }],
  ['tcp:host', undefined],
  ['tcp:host:0', undefined],
  ['exec:', undefined],
  ['unix:%x', undefined],
])('%s', (setting, target) => {
  expect(
    parseFlushTarget(setting, { ip: '10.0.0.1', name: 'mail1' }, (name) => (name === 'pid' ? '7' : undefined)),
  ).toEqual(target);
});

test('the old form is told from the new ones', () => {
  expect([hasFlushScheme('user-flush'), hasFlushScheme('unix:user-flush')]).toEqual([false, true]);
});
