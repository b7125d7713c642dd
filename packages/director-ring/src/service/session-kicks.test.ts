import { createMemoryLog } from '@homing/io';
import type { IpAddress } from '@homing/wire';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProxiedSession } from '../core/session-kick/proxied-session.ts';
import { createSessionKicks } from './session-kicks.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const session = (pid: number, user: string): ProxiedSession => ({
  service: 'imap-login',
  pid,
  guid: String(pid).padStart(32, '0'),
  user,
  backendUser: user,
  destIp: '10.2.0.11' as IpAddress,
  names: new Map(),
});

test('kicks that share a list: whoever has few sessions is told first, and each session once', async () => {
  const sessions = [session(1, 'many'), session(2, 'many'), session(3, 'few'), session(4, 'nobody')];
  let told: readonly ProxiedSession[] = [];
  const kicks = createSessionKicks({
    async list(onSession) {
      for (const one of sessions) onSession(one);
    },
    end: (given) => {
      told = given;
    },
    hashOf: () => undefined,
    log: createMemoryLog(),
    now: () => performance.now(),
  });
  kicks.kick({ cmd: 'KICK', users: ['few', 'many'] }, () => undefined);
  kicks.kick({ cmd: 'KICK', users: ['many'] }, () => undefined);
  kicks.kick({ cmd: 'KICK', users: ['few'] }, () => undefined);
  await vi.advanceTimersByTimeAsync(10);
  expect(told.map(({ pid }) => pid)).toEqual([3, 1, 2]);
  kicks.close();
});

test('an anvil that is away fails each kick, and is told of once', async () => {
  const log = createMemoryLog();
  const kicks = createSessionKicks({
    list: () => Promise.reject(new Error('connect() failed: Connection refused')),
    end: () => undefined,
    hashOf: () => undefined,
    log,
    now: () => performance.now(),
  });
  const failures: (string | undefined)[] = [];
  for (let n = 0; n < 5; n++) {
    kicks.kick({ cmd: 'KICK', users: ['alice'] }, (failure) => failures.push(failure));
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(failures).toEqual(Array(5).fill('anvil: connect() failed: Connection refused'));
  expect(log.entries).toHaveLength(1);
  kicks.close();
});
