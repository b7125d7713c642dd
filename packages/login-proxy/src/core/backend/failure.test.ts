import { expect, test } from 'vitest';
import { afterText, clockSeconds, connectionInfo, failureLogText, startedText } from './failure.ts';
import { type ProxyTarget, proxyTarget } from './proxy-target.ts';
import { relayEndText } from './relay-end.ts';

const target = (fields: Readonly<Record<string, string>>): ProxyTarget => {
  const endpoints = { lip: '127.0.0.1', rip: '127.0.0.1', lport: 143, rport: 1 };
  const all = new Map(Object.entries({ host: '127.0.0.1', port: '21241', pass: 'p', ...fields }));
  const result = proxyTarget(all, { protocol: 'imap', user: 'u1@example.com', endpoints });
  if ('failure' in result) throw new Error(result.failure);
  return result.target;
};

// Captured lines, cut from their prefixes and suffixes.
test.each([
  [{}, undefined, 0, 'Started proxying to <127.0.0.1> (0.076 secs)'],
  [{}, undefined, 1, 'Started proxying to <127.0.0.1> (0.076 secs, 1 reconnects)'],
  [
    { host: 'backend.example.com', hostip: '127.0.0.1', destuser: 'd' },
    undefined,
    0,
    'Started proxying to <127.0.0.1> (<backend.example.com>) as user d (0.076 secs)',
  ],
  [{ master: 'm' }, '127.0.0.9', 0, 'Started proxying to <127.0.0.1> from 127.0.0.9 (master m) (0.076 secs)'],
])('%j', (fields, source, reconnects, text) => {
  expect(startedText(target(fields), source, 'u1@example.com', { startedAt: 1000, now: 1076, reconnects })).toBe(text);
});

test('as whom and from where, only if it differs', () => {
  expect(connectionInfo(target({}), undefined, 'u1@example.com')).toBe('');
  expect(connectionInfo(target({ destuser: 'd' }), undefined, 'u1@example.com')).toBe(' as user d');
});

test('times are differences of clock seconds', () => {
  expect(clockSeconds(1999, 2000)).toBe(1);
  expect(clockSeconds(2000, 2999)).toBe(0);
  expect(afterText({ startedAt: 293, now: 3299, reconnects: 3 }, '127.0.0.1:47080')).toBe(
    ' (after 3 secs, 3 reconnects, local=127.0.0.1:47080)',
  );
  expect(afterText({ startedAt: 0, now: 4000, reconnects: 0 }, undefined)).toBe(' (after 4 secs)');
});

test('each class has its words', () => {
  const text = 'X';
  expect(failureLogText({ code: 'connect', text })).toBe('X');
  expect(failureLogText({ code: 'internal', text })).toBe('Aborting due to internal error: X');
  expect(failureLogText({ code: 'remote-config', text })).toBe('Aborting due to remote server: X');
  expect(failureLogText({ code: 'protocol', text })).toBe('Remote server sent invalid input: X');
});

test('the end of a session', () => {
  const counts = {
    idleSeconds: 0,
    bytesIn: 238,
    bytesOut: 969,
    buffered: 0,
    clientBlocked: false,
    serverBlocked: false,
  };
  expect(relayEndText({ side: 'server', error: '' }, counts)).toBe('Disconnected by server (0s idle, in=238, out=969)');
  expect(
    relayEndText(
      { side: 'client', error: 'read(size=1026) failed: Connection reset by peer' },
      { ...counts, idleSeconds: 7, buffered: 5, clientBlocked: true, serverBlocked: true },
    ),
  ).toBe(
    'Disconnected by client: read(size=1026) failed: Connection reset by peer ' +
      '(7s idle, in=238, out=969+5, client output blocked, server output blocked)',
  );
});
