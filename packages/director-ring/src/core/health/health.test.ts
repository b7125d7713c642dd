import { expect, test } from 'vitest';
import { ip } from '../../testing/core.ts';
import { greeting, joining, startRingCore } from '../../testing/ring-core.ts';
import type { DirectorSettings } from '../settings.ts';
import { restoreHosts } from '../state/restore.ts';
import { endRound, probed } from './health.ts';

const SETTINGS: Partial<DirectorSettings> = {
  homing_health_checks: 'imap',
  homing_health_move_users: false,
  director_mail_servers: '10.2.0.11 10.2.0.12',
};

const start = (others: readonly string[] = [], changed: Partial<DirectorSettings> = {}) => {
  const ring = startRingCore(others, { ...SETTINGS, ...changed });
  const host = (address: string) => {
    const found = ring.director.hosts.find(ip(address));
    if (found === undefined) throw new Error(address);
    return found;
  };
  return {
    ...ring,
    isDown: (address: string) => host(address).isDown,
    /** Every round finds the same. */
    rounds(count: number, down: readonly string[]) {
      for (let i = 0; i < count; i++) {
        for (const { ip: address } of ring.director.hosts.all()) {
          probed(ring.director, address, down.includes(address) ? 'imap:143: no answer in 5 secs' : undefined);
        }
        endRound(ring.director, ring.now());
        ring.settle();
        ring.wait(1000);
      }
    },
  };
};

test('down after three failures, up after two successes', () => {
  const ring = start();
  ring.rounds(2, ['10.2.0.12']);
  expect(ring.isDown('10.2.0.12')).toBe(false);
  ring.rounds(1, ['10.2.0.12']);
  expect(ring.isDown('10.2.0.12')).toBe(true);
  expect(ring.logged).toContain(
    'health: Setting host 10.2.0.12 down, as 1 of 1 directors say (imap:143: no answer in 5 secs)',
  );
  ring.rounds(1, []);
  expect(ring.isDown('10.2.0.12')).toBe(true);
  ring.rounds(1, []);
  expect(ring.isDown('10.2.0.12')).toBe(false);
});

test('the last one of its tag stays up', () => {
  const ring = start();
  ring.rounds(6, ['10.2.0.11', '10.2.0.12']);
  expect([ring.isDown('10.2.0.11'), ring.isDown('10.2.0.12')]).toEqual([true, false]);
  expect(ring.logged.filter((text) => text.includes('is the last one that is up'))).toHaveLength(1);
});

test('what an administrator set down stays down', () => {
  const ring = start();
  const host = ring.director.hosts.find(ip('10.2.0.12'));
  if (host === undefined) throw new Error('no host');
  ring.director.hosts.setDown(host, true, 1);
  ring.rounds(5, []);
  expect(ring.isDown('10.2.0.12')).toBe(true);
});

test.each([
  ['is up again', true],
  ['stays down, as an administrator left it', false],
])('after a restart, a backend that serves again %s', (_, isDownForHealth) => {
  const ring = start();
  const down = { tag: '', hostname: '', vhosts: 100, isDown: true, updownTime: 5 };
  const stored = { ...down, ip: ip('10.2.0.12'), isDownForHealth };
  restoreHosts(ring.director, { configured: ring.director.initialHosts.all(), hosts: [stored] });
  expect(ring.isDown('10.2.0.12')).toBe(true);
  ring.rounds(2, []);
  expect(ring.isDown('10.2.0.12')).toBe(!isDownForHealth);
});

/** In a ring of two: our own right and left are the same director. */
const inRing = () => {
  const ring = start(['127.0.0.4']);
  const right = ring.accept();
  right?.say(...greeting('127.0.0.4', ring.seconds()), 'DONE');
  const left = ring.connectFrom('127.0.0.4');
  left?.say(...greeting('127.0.0.4', ring.seconds()), ...joining);
  /** The other director lets our SYNCs round. */
  const circle = () => {
    for (const line of right?.heard() ?? []) if (line.startsWith('SYNC\\t127.0.0.1')) left?.say(line);
  };
  circle();
  return { ...ring, left, right, circle };
};

test('one of two is no majority; both are', () => {
  const ring = inRing();
  expect(ring.director.ring.state).toBe('synced');
  let seq = 0;
  const vote = (down: string) =>
    ring.left?.say(`USER-KICK-ALT\\t127.0.0.4\\t21100\\t${++seq}\\thoming_health\\tvote 127.0.0.4 21100 90 ${down}`);
  vote('');
  ring.rounds(3, ['10.2.0.12']);
  expect(ring.isDown('10.2.0.12')).toBe(false);
  vote('10.2.0.12');
  expect(ring.isDown('10.2.0.12')).toBe(true);
  ring.circle();
  vote('');
  expect(ring.isDown('10.2.0.12')).toBe(true);
  ring.rounds(2, []);
  expect(ring.isDown('10.2.0.12')).toBe(false);
});

test('a director that is silent for three rounds is not asked any more', () => {
  const ring = inRing();
  ring.left?.say('USER-KICK-ALT\\t127.0.0.4\\t21100\\t1\\thoming_health\\tvote 127.0.0.4 21100 3');
  ring.rounds(3, ['10.2.0.12']);
  expect(ring.isDown('10.2.0.12')).toBe(false);
  ring.rounds(2, ['10.2.0.12']);
  expect(ring.isDown('10.2.0.12')).toBe(true);
});

test('a director that begins to vote is told what is down for its health', () => {
  const ring = inRing();
  const vote = (seq: number) =>
    ring.left?.say(`USER-KICK-ALT\\t127.0.0.4\\t21100\\t${seq}\\thoming_health\\tvote 127.0.0.4 21100 90`);
  const told = () => (ring.right?.heard() ?? []).filter((line) => line.includes('homing_health\\tdown'));
  const host = ring.director.hosts.find(ip('10.2.0.12'));
  if (host === undefined) throw new Error('no host');
  ring.director.hosts.setDown(host, true, 7);
  ring.director.health.downs.set(host.ip, 7);
  vote(1);
  expect(told()).toEqual([expect.stringContaining('down 10.2.0.12 7')]);
  vote(2);
  expect(told()).toEqual([]);
});

test('login processes hear nothing of votes', () => {
  const ring = inRing();
  ring.left?.say('USER-KICK-ALT\\t127.0.0.4\\t21100\\t1\\thoming_health\\tvote 127.0.0.4 21100 3');
  expect(ring.director.kicks.outstanding.size).toBe(0);
});

test('what others say of hosts that are not there, or to one that does not probe, is not remembered', () => {
  const down = (address: string, seq: number) =>
    `USER-KICK-ALT\\t127.0.0.4\\t21100\\t${seq}\\thoming_health\\tdown ${address} 5`;
  const ring = inRing();
  ring.left?.say(down('10.2.0.12', 1), down('10.2.0.99', 2));
  expect([...ring.director.health.downs.keys()]).toEqual(['10.2.0.12']);
  const other = startRingCore(['127.0.0.4']);
  const left = other.connectFrom('127.0.0.4');
  left?.say(...greeting('127.0.0.4', other.seconds()), ...joining, down('10.2.0.11', 1));
  expect(other.director.health.downs.size).toBe(0);
});
