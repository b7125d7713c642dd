/** Scripted mail hosts; time goes on by hand. */
import { connectInProcess, createMemoryLog, type ProtocolFactory } from '@homing/io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DirectorSettings } from '../core/settings.ts';
import { refusedConnect, startTestDirector } from '../testing/start.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Says something at once, and `reply` to whatever comes. */
const server =
  (greeting: string, reply = ''): ProtocolFactory =>
  (outlet) => {
    outlet.send(greeting);
    return { receive: () => outlet.send(reply), end: () => {} };
  };

const OK = server('* OK ready\r\n');

/** `servers`: by address; the others are refused. */
const start = async (servers: Map<string, ProtocolFactory>, changed: Partial<DirectorSettings> = {}) => {
  const asked: string[] = [];
  const settings = { homing_health_checks: 'imap', homing_health_down_after: 1, homing_health_up_after: 1, ...changed };
  const { director, logged } = await startTestDirector(settings, {
    connectHost: (host, port) => {
      asked.push(`${host}:${port}`);
      const found = servers.get(host);
      return found === undefined ? refusedConnect : connectInProcess(found, createMemoryLog());
    },
  });
  const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
  await pass(0);
  const down = (): string[] => director.status().hosts.flatMap(({ ip, isUp }) => (isUp ? [] : [ip]));
  return { director, logged, asked, pass, down };
};

const servers = (third: ProtocolFactory): Map<string, ProtocolFactory> =>
  new Map([
    ['10.2.0.11', OK],
    ['10.2.0.12', OK],
    ['10.2.0.13', third],
  ]);

test('all mail hosts are probed at once, and again after the interval', async () => {
  const known = servers(OK);
  const { asked, down, pass, logged } = await start(known);
  expect(asked).toEqual(['10.2.0.11:143', '10.2.0.12:143', '10.2.0.13:143']);
  known.delete('10.2.0.12');
  await pass(29);
  expect(asked).toHaveLength(3);
  await pass(1);
  expect([asked.length, down()]).toEqual([6, ['10.2.0.12']]);
  expect(logged()).toContain('health: Host 10.2.0.12 does not serve here: imap:143: Connection refused');
  known.set('10.2.0.12', OK);
  await pass(30);
  expect(down()).toEqual([]);
});

test.each([
  ['a refusal', server('* BYE full\r\n'), 'unexpected reply: * BYE full'],
  ['silence', server(''), 'no answer in 5 secs'],
  ['an endless line', server('* '.repeat(5000)), 'line is longer than 8192 bytes'],
  ['its own password', server('* OK\r\n', 'a NO not hunter2\r\n'), 'unexpected reply: a NO not <hidden>'],
])('%s is a failure', async (_, third, reason) => {
  const login = { homing_health_user: 'probe', homing_health_password: 'hunter2' };
  const known = servers(third);
  for (const ip of ['10.2.0.11', '10.2.0.12']) known.set(ip, server('* OK\r\n', 'a OK\r\n'));
  const { pass, down, logged } = await start(known, login);
  await pass(5);
  expect(down()).toEqual(['10.2.0.13']);
  expect(logged()).toContain(`health: Host 10.2.0.13 does not serve here: imap:143: ${reason}`);
});

test('a director that ends probes no more', async () => {
  const { director, asked, pass } = await start(servers(server('')));
  await director[Symbol.asyncDispose]();
  await pass(120);
  expect(asked).toHaveLength(3);
});

test.each([
  [{ homing_health_checks: 'imap http' }, 'homing_health_checks: not a probe: http'],
  [{ homing_health_up_after: 0 }, 'homing_health_up_after must not be 0'],
  [{ homing_health_timeout: 0 }, 'homing_health_timeout must not be 0'],
  [{ homing_health_interval: 86_401 }, 'homing_health_interval must not be more than a day'],
])('%j is refused', async (changed, message) => {
  await expect(start(new Map(), changed)).rejects.toThrow(message);
});
