import type { IpAddress } from '@homing/wire';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProxiedSession } from '../core/session-kick/proxied-session.ts';
import { createStandIn24 } from '../testing/dovecot24.ts';
import { createSessionEnding } from './session-ending.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const sessionsOf = (user: string, pids: readonly number[]): ProxiedSession[] =>
  pids.map((pid) => ({
    service: 'imap-login',
    pid,
    guid: String(pid).padStart(32, '0'),
    user,
    backendUser: user,
    destIp: '10.2.0.11' as IpAddress,
    names: new Map(),
  }));

test('one user does not wait for the processes of many, and all are told once', async () => {
  const { sockets, told } = createStandIn24();
  const end = createSessionEnding(sockets, new AbortController().signal);
  const many = sessionsOf(
    'many',
    Array.from({ length: 900 }, (_, n) => n + 1),
  );
  const answered: string[] = [];
  const note = ({ user }: ProxiedSession, reason: string | undefined): void => void answered.push(reason ?? user);
  end(many, note);
  end(sessionsOf('few', [5000]), note);
  while (answered.length < 901) {
    await vi.advanceTimersByTimeAsync(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(answered.indexOf('few')).toBeLessThan(450);
  expect(answered.filter((user) => user === 'many')).toHaveLength(900);
  expect(new Set(told).size).toBe(901);
});
