/** Replays what was recorded from Dovecot's auth server: our server answers the same, whole and byte by byte. */
import { type Fixture, readFixtures } from '@homing/wire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FixtureSite, startFixtureSite } from '../testing/fixture-site.ts';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import type { AuthSocketType } from './auth-server-options.ts';

/** Which socket a case was recorded on. */
const socketOf = ({ name }: Fixture, on: number): AuthSocketType => {
  if (name.startsWith('auth-client')) return /\/(?:login-socket|\w+-login)-/.test(name) ? 'login' : 'client';
  if (on === 2) return 'login';
  return /\/(?:request|cache-flush)/.test(name) ? 'master' : 'userdb';
};

/**
 * What differs on purpose: we announce minor 4, leave out the empty fields of 2.3, have no worker processes to log for,
 * and write flags as 2.3 does, which both series understand, where 2.4 writes `proxy=`. The rest differs from run to run.
 */
const normal = (bytes: string): string =>
  bytes
    .replace(/^VERSION\t1\t\d+$/gm, 'VERSION\t1\t*')
    .replace(/^((?:OK|FAIL|USER|PASS)\t.*?)\t$/gm, '$1')
    .replace(/^(?:OK|PASS)\t.*\t(?:proxy|nologin)=.*$/gm, (line) => line.replace(/\t(proxy|nologin)=[^\t]*/g, '\t$1'))
    .replace(/^CUID\t\d+$/gm, 'CUID\t*')
    .replace(/\b[0-9a-f]{32}\b/g, 'COOKIE')
    .replace(/auth_token=[0-9a-f]{40}/g, 'auth_token=*')
    .replace(/^auth-worker\(\d+\): (Error: ).*?auth-worker<\d+>: /, 'auth: $1')
    .replace(/\d+ msecs/g, '* msecs');

const DEADLINE_MS = 3000;
const COOKIE = /^COOKIE\t([0-9a-f]{32})$/m;
const RECORDED_COOKIE = 'c001'.repeat(8);

const waitFor = async (isDone: () => boolean): Promise<void> => {
  const deadline = Date.now() + DEADLINE_MS;
  while (!isDone() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
};

const replay = async (
  fixture: Fixture,
  site: FixtureSite,
  cut: (bytes: string) => readonly string[],
): Promise<void> => {
  const peers = new Map<number, TestPeer>();
  const expected = new Map<number, string>();
  const closed = new Set<number>();
  // In the recording the master process is the one whose pid it gives, but where that is what the case is about.
  const pid = fixture.name.endsWith('wrong-pid') ? 99 : 10_002;
  const peerOf = (on: number): TestPeer => {
    const known = peers.get(on);
    if (known !== undefined) return known;
    const opened = openPeer(site.server.serve(socketOf(fixture, on), undefined), { pid, uid: 0, gid: 0 });
    peers.set(on, opened);
    return opened;
  };
  const received = (on: number): string => normal(peerOf(on).received());
  const wanted = (on: number): string => normal(expected.get(on) ?? '');
  for (const step of fixture.steps) {
    if (step.from === 'log') {
      const isLogged = (): boolean => site.logged().map(normal).includes(normal(step.text));
      await waitFor(isLogged);
      expect(site.logged().map(normal)).toContain(normal(step.text));
    } else if ('close' in step) {
      closed.add(step.on);
      expect(peerOf(step.on).isClosed()).toBe(true);
    } else if (step.from === 'S') {
      expected.set(step.on, (expected.get(step.on) ?? '') + step.bytes);
      await waitFor(() => received(step.on).length >= wanted(step.on).length);
    } else {
      const cookie = COOKIE.exec(peers.get(2)?.received() ?? '')?.[1] ?? RECORDED_COOKIE;
      for (const piece of cut(step.bytes.replace(RECORDED_COOKIE, cookie))) peerOf(step.on).send(piece);
    }
  }
  for (const on of expected.keys()) {
    // Dovecot drops replies it has not flushed when it disconnects a peer; we send them first.
    expect(closed.has(on) ? received(on).slice(0, wanted(on).length) : received(on)).toBe(wanted(on));
  }
  for (const peer of peers.values()) if (!peer.isClosed()) peer.end();
};

/** Each differs on purpose. */
const LEFT_OUT = new Set([
  // Counts cache entries; there is no cache.
  'auth-master/cache-flush',
  // Dovecot answers a request that was cancelled while a database was asked; we forget it (auth.md 2.4).
  'auth-client/cancel-failure-queued',
  // 2.4.1 takes a forwarded field without a value for a field of the reply (CVE-2026-42008).
  'auth-client-2.4/plain-forward-fields',
  // 2.4 lists nobody unless asked for a mask; its site has no SQL database.
  'auth-master-2.4/list',
  'auth-master-2.4/doveadm-user-list',
  // Without the reply.
  'auth-master-2.4/imap-request',
]);

describe.each(['auth-client', 'auth-master', 'auth-client-2.4', 'auth-master-2.4'])('%s', (protocol) => {
  let site: FixtureSite;
  beforeAll(async () => {
    site = await startFixtureSite(protocol);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  describe.each(readFixtures(protocol).filter(({ name }) => !LEFT_OUT.has(name)))('$name', (fixture) => {
    test('whole', () => replay(fixture, site, (bytes) => [bytes]));
    test('byte by byte', () => replay(fixture, site, (bytes) => bytes.split('')));
  });
});
