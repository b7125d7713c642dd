/** Debian's `doveadm director` at our running server prints what it prints at Dovecot's director. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateAll, directorConfig, startRealDirector } from './lib/chosen-hosts.ts';
import { type Dovecot, doveadm } from './lib/dovecot.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { userNames } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';

const USERS = userNames(100);

describeWithDovecot('doveadm director', () => {
  const stack = new AsyncDisposableStack();
  let real: Dovecot;
  let homing: Homing;

  beforeAll(async () => {
    real = stack.use(await startRealDirector());
    homing = stack.use(await startHoming({ config: () => directorConfig() }));
    for (const server of [real, homing]) await authenticateAll(server.socket('login/director'), USERS, 'any');
  });
  afterAll(() => stack.disposeAsync());

  /** One after the other: each builds on the state that the ones before it left. */
  test.each([
    ['status'],
    ['status user0003@example.com'],
    ['status nobody'],
    ['map'],
    ['add 127.0.0.13 50'],
    ['add 127.0.0.13 2000'],
    ['update 127.0.0.13 60'],
    ['status'],
    ['down 127.0.0.12'],
    ['up 127.0.0.12'],
    ['up 127.0.0.99'],
    ['move user0003@example.com 127.0.0.13'],
    ['move user0003@example.com 127.0.0.99'],
    ['status user0003@example.com'],
    ['kick user0004@example.com'],
    ['flush 127.0.0.13'],
    ['flush -F 127.0.0.11'],
    ['flush 127.0.0.99'],
    ['dump'],
    ['remove 127.0.0.13'],
    ['remove 127.0.0.13'],
    ['dump'],
    ['ring status'],
    ['status'],
  ])('%s', async (command) => {
    const run = async (socket: string): Promise<string> => {
      const words = command.split(' ');
      const at = words[0] === 'ring' ? 2 : 1;
      const args = [...words.slice(0, at), '-a', socket, ...words.slice(at)];
      const { code, stdout, stderr } = await doveadm(real.configFile, '-v', 'director', ...args);
      return masked(`${code}\n${stdout}\n${stderr}`).replaceAll(socket, 'SOCKET');
    };
    expect(await run(homing.socket('director-admin'))).toBe(await run(real.socket('director-admin')));
  });
});

/** The two were asked at different times, and list users in different orders. */
const masked = (text: string): string =>
  text
    .replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b/g, 'TIME')
    .split('\n')
    .toSorted()
    .join('\n');
