/** doveconf and homeconf read the same files and must print the same, on both streams, with the same exit status. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeconf } from '../src/homeconf/homeconf.ts';
import { nodeSource } from '../src/settings/node-source.ts';
import { configCases } from './lib/config-cases/all.ts';
import { randomConfigs } from './lib/config-cases/random.ts';
import { run } from './lib/process.ts';
import { describeWithDovecot } from './lib/suite.ts';

type Printed = { readonly out: string; readonly log: readonly string[]; readonly code: number };

/** Versions and hosts; and what only Pigeonhole's module or only this server says. */
const masked = /^# |^managesieve_(notify|sieve)_capability ?= ?|^homing_|dump-capability process|: Ignoring /;

/** Pigeonhole runs doveconf a second time, with -x: all is said twice, and that run may fail where the other does not. */
const logLines = (log: string, code: number): string[] => {
  const lines = log.split('\n').filter((line) => line !== '' && !masked.test(line));
  return [...new Set(lines.map((line) => line.replace(/^(doveconf|homeconf): /, '')))]
    .filter((line) => code !== 0 || !line.startsWith('Fatal: '))
    .sort();
};

const normal = (out: string, log: string, code: number): Printed => ({
  out: out
    .split('\n')
    .filter((line) => !masked.test(line))
    .join('\n'),
  log: logLines(log, code),
  code,
});

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

/** Flat lines come in the order of Dovecot's modules there, in alphabetical order here. */
const inOrder = (args: readonly string[], out: string): string =>
  args.includes('-S') ? out.split('\n').sort().join('\n') : out;

const ask = (args: readonly string[]): Printed => {
  let out = '';
  let log = '';
  const code = homeconf(args, '/etc/dovecot/dovecot.conf', nodeSource, {
    out: (bytes) => {
      out += bytes;
    },
    log: (line) => {
      log += `${line}\n`;
    },
  });
  return normal(inOrder(args, utf8(out)), utf8(log), code);
};

const askDovecot = async (args: readonly string[]): Promise<Printed> => {
  const { stdout, stderr, code } = await run('doveconf', args);
  return normal(inOrder(args, stdout), stderr.replace(LAST_STARTED, ''), code);
};

/** Depends on what has run on this machine. */
const LAST_STARTED = /^.*Dovecot was last started using .*\n/m;

const RANDOM_CONFIGS = 120;

/** The second run's unknown variables, which nobody sees who does not expand. */
const withoutSecondRun = (real: Printed, ours: Printed): Printed => ({
  ...real,
  log: real.log.filter((line) => ours.log.includes(line) || !line.includes('Unknown variable: ')),
});

describeWithDovecot('doveconf and homeconf print the same', () => {
  const home = process.cwd();
  const folder = join(tmpdir(), `homeconf-${process.pid}`);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, 'latin1');
  };
  beforeAll(() => {
    mkdirSync(folder);
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  test.each(configCases)('$group: $name', async ({ conf, files = {}, runs }) => {
    rmSync(join(folder, 'd'), { recursive: true, force: true });
    for (const [name, text] of Object.entries({ ...files, 't.conf': conf })) write(name, text);
    for (const args of runs) {
      const all = ['-c', 't.conf', ...args];
      expect({ args, ...ask(all) }).toEqual({ args, ...(await askDovecot(all)) });
    }
  });

  test.each([['-n'], ['-a'], ['-N'], ['-d'], ['-P', '-n'], ['-S', '-n']])(
    'the installed /etc/dovecot %s',
    async (...args) => {
      const all = ['-c', '/etc/dovecot/dovecot.conf', ...args];
      expect(ask(all)).toEqual(await askDovecot(all));
    },
  );

  test('the installed /etc/dovecot loads with one warning, about mail storage', async () => {
    const main = new URL('../src/main/homeconf.ts', import.meta.url).pathname;
    const { stdout, stderr, code } = await run('node', [main, '-c', '/etc/dovecot/dovecot.conf', '-n']);
    expect(code).toBe(0);
    expect(stdout).toContain('passdb {\n  driver = pam\n}\n');
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^homeconf: Warning: Ignoring \d+ mail storage settings .*\(first: mail_location at \//),
    ]);
  });

  test('random configurations', async () => {
    for (const { seed, conf, args } of randomConfigs(RANDOM_CONFIGS)) {
      write('t.conf', conf);
      const all = ['-c', 't.conf', ...args];
      const real = withoutSecondRun(await askDovecot(all), ask(all));
      expect({ seed, conf, args, ...ask(all) }).toEqual({ seed, conf, args, ...real });
    }
  });
});
