import { expect, test } from 'vitest';
import { anvilRole, authRole, directorRole, ipcRole, type ListenerKind, loginAuthSocket } from './role.ts';

test.each<[string, ListenerKind, string | undefined]>([
  ['login/director', 'unix', 'auth'],
  ['login/sidecar/login', 'unix', 'auth'],
  ['login/director-auth', 'unix', 'auth'],
  ['director-userdb', 'unix', 'userdb'],
  ['sidecar/userdb', 'unix', 'userdb'],
  ['director-authreply', 'unix', 'authreply'],
  ['director-admin', 'unix', 'admin'],
  ['director-doveadm', 'inet', 'admin'],
  ['login/proxy-notify', 'fifo', 'notify'],
  ['login/whatever', 'fifo', 'notify'],
  ['x-notify', 'unix', 'notify'],
  ['director-ring', 'inet', 'ring'],
  ['', 'inet', 'ring'],
  ['login', 'inet', 'ring'],
  ['director-auth', 'inet', 'auth'],
  ['director-metrics', 'inet', 'metrics'],
  ['director-metrics', 'unix', 'metrics'],
  ['metrics/director', 'unix', 'auth'],
  ['director-ring', 'unix', undefined],
  ['director-ring', 'fifo', 'notify'],
])('director %s (%s) is %s', (name, kind, socket) => {
  expect(directorRole(name, kind)).toEqual(socket === undefined ? undefined : { service: 'director', socket });
});

test('token sockets are not served, all other auth sockets are', () => {
  expect(authRole('/run/token-login/tokenlogin')).toBeUndefined();
  expect(authRole('/run/auth-token')).toBeUndefined();
  expect(authRole('/run/login/login')).toEqual({ service: 'auth', name: '/run/login/login' });
  expect(authRole('/var/spool/postfix/private/auth')).toEqual({
    service: 'auth',
    name: '/var/spool/postfix/private/auth',
  });
});

test('anvil and ipc', () => {
  expect(anvilRole('/run/anvil-auth-penalty')).toEqual({ service: 'anvil', socket: 'penalty' });
  expect(anvilRole('/run/anvil')).toEqual({ service: 'anvil', socket: 'anvil' });
  expect(ipcRole('/run/login/ipc-proxy')).toEqual({ service: 'ipc', socket: 'ipc-proxy' });
  expect(ipcRole('/run/ipc')).toEqual({ service: 'ipc', socket: 'ipc' });
});

test.each([
  ['imap-login', '/run/x/login/login'],
  ['imap-login director', '/run/x/login/director'],
  ['imap-login sidecar/director', '/run/x/login/sidecar/director'],
  ['imap-login -D /srv/auth', '/srv/auth'],
])('executable = %s logs in at %s', (executable, path) => {
  expect(loginAuthSocket({ executable }, '/run/x')).toBe(path);
});
