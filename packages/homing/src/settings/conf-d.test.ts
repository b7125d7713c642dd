/** The documented configuration in conf.d: every commented setting is a default, and all of it loads. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  type Config,
  homingSettingNames,
  loadConfig,
  type Request,
  reportConfig,
  type Source,
  unservedSettings,
} from '@homing/config';
import { expect, test } from 'vitest';
import { glob } from './glob.ts';

const folder = new URL('../../../../conf.d/', import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => /\.conf(\.ext)?$/.test(name) && name !== 'homing-sql.conf.ext');
const textOf = (name: string): string => readFileSync(folder + name, 'latin1');

const world = {
  glob,
  env: () => undefined,
  resolveHost: () => [],
  userExists: () => true,
} satisfies Partial<Source>;

/** All settings as lines `path=value`, of one text alone. */
const flat: Request = {
  path: 'main',
  scope: 'hidden',
  form: 'flat',
  expand: false,
  hideSecrets: false,
  hideKeys: false,
  names: [],
  modules: [],
  asked: {},
};
const printed = (text: string): string => {
  const report = reportConfig(flat, { ...world, read: () => ({ text }) });
  const faults = report.notes.filter((note) => note.text.startsWith('Error in configuration file main line'));
  expect(faults).toEqual([]);
  return report.out;
};

const commented = /^( *)#([a-z_]+ =.*)$/;

const settings = files.flatMap((name) =>
  textOf(name)
    .split('\n')
    .flatMap((line, at) => (commented.test(line) ? [{ name, at, line: line.trim() }] : [])),
);

test('conf.d documents settings', () => {
  expect(settings.length).toBeGreaterThan(120);
});

test.each(settings)('$name: $line is the default', ({ name, at }) => {
  const lines = textOf(name).split('\n');
  const active = lines.with(at, (lines[at] ?? '').replace(commented, '$1$2'));
  expect(printed(active.join('\n'))).toBe(printed(lines.join('\n')));
});

test.each(homingSettingNames)('10-homing.conf documents %s', (name) => {
  expect(settings.some(({ line }) => line.startsWith(`#${name} =`))).toBe(true);
});

test('conf.d documents nothing that has no effect', () => {
  const names = settings.map(({ line }) => line.slice(1).split(' ', 1)[0] ?? '');
  expect(names.filter((name) => unservedSettings.some((unserved) => unserved === name))).toEqual([]);
});

const load = (main: string): Config =>
  loadConfig('main', {
    ...world,
    read: (path) => ({ text: path === 'main' ? main : readFileSync(path, 'latin1') }),
  });

test('conf.d loads as it is, without a warning', () => {
  const config = load(`!include ${folder}*.conf\n`);
  expect(config.warnings).toEqual([]);
  expect(config.passdbs()).toEqual([]);
});

test('a short main file adds what is special', () => {
  const config = load(
    `!include ${folder}*.conf\n!include ${folder}auth-sql.conf.ext\nprotocols = imap pop3\nbase_dir = /tmp/x\n` +
      'director_mail_servers = 127.0.0.2\n',
  );
  const director = config.services.get('director');
  expect(config.warnings).toEqual([]);
  expect(config.settings().director_mail_servers).toBe('127.0.0.2');
  expect(director?.unixListeners.filter(({ mode }) => mode === 0o666).map(({ path }) => path)).toEqual([
    '/tmp/x/login/sidecar/director',
  ]);
  expect(config.services.get('imap-login')?.executable).toBe('imap-login sidecar/director');
  expect(config.passdbs().map(({ driver }) => driver)).toEqual(['sql']);
  expect(config.userdbs().map(({ driver }) => driver)).toEqual(['prefetch', 'sql']);
});

test.each(files.filter((name) => name.endsWith('.ext')))('%s can be included', (name) => {
  const config = load(`!include ${folder}*.conf\n!include ${folder}${name}\n`);
  expect(config.passdbs()).toHaveLength(1);
});
