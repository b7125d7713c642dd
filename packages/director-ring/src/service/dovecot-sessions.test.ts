/** A director whose login processes are Dovecot 2.4's, scripted. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStandIn24, type StandIn24 } from '../testing/dovecot24.ts';
import { createPeer, type Peer } from '../testing/peer.ts';
import { startTestDirector } from '../testing/start.ts';
import type { DirectorOptions } from './director.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Immediates of connections between steps are real. */
const pass = async (ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 50) {
    await vi.advanceTimersByTimeAsync(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const start = async (more: Partial<DirectorOptions> = {}, changed = {}) => {
  const dovecot = createStandIn24();
  const ipc = createPeer((bytes) => (bytes.includes('KICK') || bytes.includes('LIST') ? '+\n' : ''));
  const started = await startTestDirector(changed, { dovecotSessions: dovecot.sockets, ...more }, ipc);
  const admin = await started.open(started.director.acceptAdmin);
  const client = await started.open(started.director.acceptAuth);
  const send = (peer: Peer, text: string): void => peer.outlet?.send(text);
  send(admin, 'VERSION\tdirector-doveadm\t1\t0\n');
  admin.received = '';
  return {
    ...started,
    dovecot,
    admin,
    client,
    command: (line: string) => send(admin, `${line}\n`),
    ok: (fields: string) => started.auth.outlet?.send(`OK\t1\t${fields}\n`),
  };
};

/** How many sessions: of users who are there already none are. */
const told = ({ told: lines }: StandIn24): number => lines.length;

describe('a kick', () => {
  test('ends the sessions of the user, each in its process, and is answered a second later', async () => {
    const { dovecot, command, admin, logged } = await start();
    dovecot.add('alice', '10.2.0.11');
    dovecot.add('alice', '10.2.0.12', { service: 'pop3-login' });
    dovecot.add('alice', '10.2.0.11', { service: 'imap', destIp: undefined });
    dovecot.add('bob', '10.2.0.11');
    command('USER-KICK\talice');
    await pass(900);
    expect(dovecot.told).toEqual(['imap-login/1 alice', 'pop3-login/2 alice']);
    expect(admin.received).toBe('');
    await pass(1000);
    expect([admin.received, logged()]).toEqual(['OK\n', []]);
    expect(dovecot.sessions.map(({ user, service }) => `${user} ${service}`)).toEqual(['alice imap', 'bob imap-login']);
  });

  test('by another field', async () => {
    const { dovecot, command, admin } = await start();
    dovecot.fields = ['user_x', 'user_group'];
    dovecot.add('alice', '10.2.0.11', { values: ['', 'staff'] });
    dovecot.add('bob', '10.2.0.11', { values: ['staff'] });
    command('USER-KICK-ALT\tuser_group\tstaff');
    await pass(2000);
    expect([dovecot.told, admin.received]).toEqual([['imap-login/1 alice'], 'OK\n']);
  });

  test('that anvil counts and nobody obeys fails', async () => {
    const { dovecot, command, admin, logged } = await start();
    dovecot.obeys = 'nobody';
    dovecot.mayConnect = false;
    dovecot.add('alice', '10.2.0.11');
    command('USER-KICK\talice');
    await pass(2000);
    const failure =
      '1 session goes on (imap-login 1 to 10.2.0.11: srv.imap-login/1: Permission denied; ' + 'anvil was told instead)';
    expect([dovecot.told, admin.received]).toEqual([['anvil alice'], `${failure}\n`]);
    expect(logged()).toEqual([`Sessions go on after their kick: ${failure}`]);
  });

  test('without root, anvil does it where it can', async () => {
    const { dovecot, command, admin, logged } = await start();
    dovecot.obeys = 'anvil';
    dovecot.mayConnect = false;
    dovecot.add('alice', '10.2.0.11');
    command('USER-KICK\talice');
    await pass(2000);
    expect([dovecot.told, admin.received, logged()]).toEqual([['anvil alice'], 'OK\n', []]);
  });

  test.each([
    ['a row of 2.3', 'user\nimap/10.0.0.1/u1\t101\t2\n\n', 'invalid answer: invalid CONNECT-DUMP row'],
    ['a line without end', 'x'.repeat(9000), 'invalid answer: line is longer than 8192 bytes'],
    ['silence', '', 'no answer for 5 secs'],
  ])('fails for %s, and the next one asks again', async (_, instead, reason) => {
    const { dovecot, command, admin, logged } = await start();
    dovecot.instead = instead;
    command('USER-KICK\talice');
    await pass(6000);
    expect([admin.received, logged()]).toEqual([`anvil: ${reason}\n`, [`anvil: ${reason}`]]);
    dovecot.instead = undefined;
    admin.received = '';
    // No more of the time than half goes to lists.
    await pass(6000);
    command('USER-KICK\talice');
    await pass(2000);
    expect(admin.received).toBe('OK\n');
  });
});

describe('a move', () => {
  test('drops the sessions by the name at the backend, which login processes were told', async () => {
    const { dovecot, client, command, ok, logged } = await start({}, { auth_master_user_separator: '*' });
    ok('user=ann\tproxy\tdestuser=alice*admin');
    const [, told] = /\tuser_destuser=(\S+)\tproxy_refresh=30\thost=10\.2\.0\.11\n/.exec(client.received) ?? [];
    expect(told).toBe('alice*admin');
    dovecot.fields = ['user_destuser'];
    dovecot.add('ann', '10.2.0.11', { values: ['alice*admin'] });
    dovecot.add('alice', '10.2.0.11', { values: ['ann'] });
    command('USER-MOVE\talice\t10.2.0.12');
    await pass(2000);
    expect([dovecot.told, logged()]).toEqual([['imap-login/1 ann'], []]);
  });

  test('of many users takes two lists', async () => {
    const { dovecot, command, ok, admin, logged } = await start();
    const users = Array.from({ length: 50 }, (_, n) => `u${n}`);
    for (const user of users) {
      ok(`user=${user}\tproxy`);
      dovecot.add(user, '10.2.0.11');
    }
    for (const user of users) command(`USER-MOVE\t${user}\t10.2.0.12`);
    await pass(2000);
    expect([dovecot.sessions.length, dovecot.dumps, logged()]).toEqual([50 - told(dovecot), 2, []]);
    expect(admin.received).toBe('OK\n'.repeat(50));
    expect(told(dovecot)).toBeGreaterThan(20);
  });

  test('waits for a login that was under way', async () => {
    const { dovecot, command, ok } = await start();
    ok('user=alice\tproxy');
    command('USER-MOVE\talice\t10.2.0.12');
    await pass(500);
    dovecot.add('alice', '10.2.0.11');
    await pass(3000);
    expect([dovecot.sessions, dovecot.dumps]).toEqual([[], 3]);
  });

  test('says why sessions go on', async () => {
    const { dovecot, command, ok, logged } = await start();
    dovecot.obeys = 'nobody';
    ok('user=alice\tproxy');
    dovecot.add('alice', '10.2.0.11');
    command('USER-MOVE\talice\t10.2.0.12');
    await pass(2000);
    expect(logged()).toContain(
      'Failed to kill user 1669653170 connections: ' +
        '1 session goes on (imap-login 1 to 10.2.0.11: the process was told and keeps it)',
    );
  });
});

test('a director that starts again learns who is where', async () => {
  const { dovecot, client, director, ok, logged } = await start();
  dovecot.fields = ['user_destuser'];
  dovecot.add('alice', '10.2.0.12');
  dovecot.add('ann', '10.2.0.13', { values: ['tina'] });
  director.askSessions('*');
  await pass(100);
  ok('user=alice\tproxy');
  ok('user=ann\tproxy\tdestuser=tina');
  expect([...client.received.matchAll(/host=(\S+)/g)].map(([, host]) => host)).toEqual(['10.2.0.12', '10.2.0.13']);
  expect(logged()).toEqual([]);
});

test('a director that starts before Dovecot asks again until it is told', async () => {
  const { dovecot, client, director, ok, logged } = await start();
  dovecot.instead = 'user_x\nx\n';
  dovecot.add('alice', '10.2.0.12');
  director.askSessions('*');
  await pass(11_000);
  expect(logged()).toEqual([
    'Sessions of login processes are not known: ' +
      'anvil: invalid answer: invalid CONNECT-DUMP row; asking again every 5 secs',
  ]);
  dovecot.instead = undefined;
  await pass(5000);
  ok('user=alice\tproxy');
  expect(client.received).toContain('host=10.2.0.12');
  await pass(20_000);
  expect(dovecot.dumps).toBe(1);
});

describe('users without reports', () => {
  const expiry = async (started: Awaited<ReturnType<typeof start>>): Promise<number> => {
    started.admin.received = '';
    started.command('USER-LOOKUP\talice');
    await pass(50);
    return Number(started.admin.received.split('\t')[1]);
  };

  test('are kept by asking, and login processes are not told to report', async () => {
    let time = 1_795_307_196_500;
    const started = await start({ usersKeptBy: 'asking', now: () => time });
    const { dovecot, ok, client } = started;
    ok('user=alice\tproxy');
    expect(client.received).toContain('OK\t1\tuser=alice\tproxy\thost=10.2.0.11\n');
    const first = await expiry(started);
    dovecot.add('alice', '10.2.0.11');
    time += 30_000;
    await pass(31_000);
    expect([dovecot.dumps, (await expiry(started)) - first]).toEqual([1, 30]);
    dovecot.sessions = [];
    time += 29_000;
    await pass(31_000);
    expect([dovecot.dumps, (await expiry(started)) - first]).toEqual([2, 30]);
  });

  test('are asked for again before they expire, if there was no answer', async () => {
    const started = await start({ usersKeptBy: 'asking' });
    const { dovecot, logged } = started;
    dovecot.instead = 'user_x\nx\n';
    await pass(30_500);
    expect(logged()).toEqual([
      'Sessions of login processes are not known, asking again in 7.5 secs: ' +
        'anvil: invalid answer: invalid CONNECT-DUMP row',
    ]);
    dovecot.instead = undefined;
    await pass(8000);
    expect(dovecot.dumps).toBe(1);
  });
});
