/** The master as an administrator meets it: what a reload, a rotation, a removed socket and a stop do. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Homing, runHoming, startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { until } from './lib/until.ts';

const config = (dir: string): string => `
protocols =
director_mail_servers = 127.0.0.11 127.0.0.12
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service director {
  unix_listener login/sidecar/director {
    mode = 0666
  }
  fifo_listener login/sidecar/proxy-notify {
    mode = 0622
  }
}
${process.getuid?.() === 0 ? 'default_internal_user = root\ndefault_login_user = root\n' : ''}`;

let homing: Homing;
let original: string;
beforeAll(async () => {
  homing = await startHoming({ config, files: { users: 'ann:{PLAIN}secret::::::proxy=y\n' } });
  original = readFileSync(homing.configFile, 'utf8');
});
afterAll(() => homing[Symbol.asyncDispose]());

/** Logs in over a socket; the line that ends it. */
const login = async (socket: string, id: number): Promise<string> => {
  using client = await openLineClient(homing.socket(socket));
  const resp = Buffer.from('\0ann\0secret').toString('base64');
  client.send(`VERSION\t1\t2\nCPID\t${id}\nAUTH\t1\tPLAIN\tservice=imap\tsecured\tresp=${resp}\n`);
  const lines = await client.linesUntil((line) => /^(OK|FAIL)\t/.test(line));
  return lines.at(-1) ?? '';
};

const reload = async (text: string, outcome: RegExp): Promise<string> => {
  const from = homing.log().length;
  writeFileSync(homing.configFile, text);
  homing.signal('SIGHUP');
  return (await homing.logged(outcome, undefined, from))[0];
};

describe('the master', () => {
  test('puts removed sockets, their folder and the fifo back within a second', async () => {
    const login0 = homing.socket('login');
    const removedAt = performance.now();
    rmSync(login0, { recursive: true });
    const back = ['sidecar/director', 'sidecar/proxy-notify', 'login', 'ipc-proxy'];
    await until('the sockets', 5_000, () => back.every((name) => existsSync(`${login0}/${name}`)));
    expect(performance.now() - removedAt).toBeLessThan(1_000);
    expect(statSync(login0).mode & 0o777).toBe(0o750);
    expect(statSync(`${login0}/sidecar/director`).mode & 0o777).toBe(0o666);
    expect(await login('login/sidecar/director', 1)).toMatch(/\thost=127\.0\.0\.1[12]/);
    writeFileSync(`${login0}/sidecar/proxy-notify`, 'ann\n');
  });

  test('keeps the running configuration when the new one is wrong, and names file and line', async () => {
    const lines = original.split('\n').length;
    const text = await reload(`${original}auth_cache_size = zzz\n`, /Config reload failed: .*/);
    expect(text).toBe(
      `Config reload failed: Error in configuration file ${homing.configFile} line ${lines}: Invalid size: zzz`,
    );
    expect(await login('auth-login', 2)).toMatch(/^OK\t/);
    const argsLine = original.slice(0, original.indexOf('/users')).split('\n').length;
    expect(
      await reload(original.replace('/users', '/nonexistent\n}\npassdb {\n driver = nonsuch'), /reload failed.*/),
    ).toBe(`reload failed: Unknown passdb driver 'nonsuch' (passdb in ${homing.configFile} line ${argsLine + 2})`);
    expect(await login('auth-login', 3)).toMatch(/^OK\t/);
  });

  test('opens and closes listeners at a reload and leaves the others as they are', async () => {
    const inode = statSync(homing.socket('auth-login')).ino;
    const more = 'service auth {\n unix_listener extra/auth-client {\n mode = 0666\n }\n}\n';
    await reload(original + more, /Configuration reloaded/);
    expect(await login('extra/auth-client', 4)).toMatch(/^OK\t/);
    await reload(original, /Configuration reloaded/);
    expect(existsSync(homing.socket('extra/auth-client'))).toBe(false);
    expect(statSync(homing.socket('auth-login')).ino).toBe(inode);
    expect(await login('auth-login', 5)).toMatch(/^OK\t/);
  });

  test('debug lines and modes of sockets follow a reload that is accepted, and no other', async () => {
    const mode = (): number => statSync(homing.socket('auth-login')).mode & 0o777;
    const before = mode();
    const listener = 'service auth {\n unix_listener auth-login {\n mode = 0640\n }\n}\n';
    const changed = `${original}auth_debug = yes\n${listener}`;
    await reload(`${changed}passdb {\n driver = nonsuch\n}\n`, /Config reload failed/);
    expect(mode()).toBe(before);
    await reload(changed, /Configuration reloaded/);
    expect(mode()).toBe(0o640);
    const from = homing.log().length;
    expect(await login('auth-login', 6)).toMatch(/^OK\t/);
    await homing.logged(/auth: Debug: client in: AUTH/, undefined, from);
    await reload(original, /Configuration reloaded/);
    expect(mode()).toBe(before);
  });

  test('opens its log again after rotation', async () => {
    const log = `${homing.dir}/server.log`;
    const rotated = `${homing.dir}/server.log.1`;
    renameSync(log, rotated);
    homing.signal('SIGUSR1');
    await until('a new log', 5_000, () => existsSync(log));
    await reload(original, /Configuration reloaded/);
  });

  test('refuses to start twice, and leaves nothing behind when it stops', async () => {
    const second = await runHoming('-c', homing.configFile);
    expect(second.code).toBe(89);
    expect(second.stderr).toContain(`Homing is already running with PID ${homing.pid}`);
    expect((await runHoming('-c', homing.configFile, 'stop')).code).toBe(0);
    expect(await homing.exited).toBe(0);
    expect(readdirSync(homing.baseDir).toSorted()).toEqual(['auth-token-secret.dat', 'extra', 'login']);
    const again = await runHoming('-c', homing.configFile, 'stop');
    expect(again).toMatchObject({ code: 75, stderr: expect.stringContaining('Homing is not running') });
  });
});
