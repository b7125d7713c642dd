/** Configurations that cannot be used: exit status 89, the file and the line named, nothing started. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runHoming, startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { makeInstanceDir } from './lib/server.ts';

const FATAL = 89;

/** `{dir}` stands for the directory of the configuration; the fault is in line 3. */
const CASES: readonly (readonly [kind: string, line: string, text: RegExp])[] = [
  ['unknown setting', 'no_such_setting = 1', /Unknown setting: no_such_setting/],
  ['unknown section', 'frobnicate {\n}', /Unknown section|Unknown setting/],
  ['a value that is no number', 'login_proxy_max_reconnects = many', /many/],
  ['a value that is no boolean', 'disable_plaintext_auth = perhaps', /perhaps/],
  ['a time with a bad unit', 'director_user_expire = 5 fortnights', /fortnights/],
  ['a size with a bad unit', 'auth_cache_size = 5 Q', /5 Q/],
  ['a section that never ends', 'service auth {', /missing|expecting|}/i],
  ['a brace too many', '}', /}/],
  ['neither a setting nor a section', 'just words', /./],
  ['a file for <file that is missing', 'login_greeting = <{dir}/missing', /missing/],
  ['a certificate that is missing', 'ssl_cert = <{dir}/missing.pem', /ssl_cert: Can't open file .*missing\.pem/],
  ['an include that is missing', '!include {dir}/missing.conf', /missing\.conf|No matches/],
];

test.each(CASES)('%s', async (_, line, text) => {
  const dir = await makeInstanceDir();
  try {
    const file = join(dir, 'homing.conf');
    const config = `base_dir = ${dir}/run\nlog_path = ${dir}/log\n${line.replaceAll('{dir}', dir)}\n`;
    await writeFile(file, config);
    const { code, stdout, stderr } = await runHoming('-F', '-c', file);
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(new RegExp(`${file}:? (line )?[345]\\b|${file}:[345]\\b`));
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(FATAL);
    expect(existsSync(join(dir, 'run/master.pid'))).toBe(false);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test.each([
  [
    'a passdb driver there is not',
    'passdb {\n  driver = telepathy\n}',
    "Unknown passdb driver 'telepathy' (passdb in {dir}/homing.conf line 3)",
  ],
  [
    'a userdb driver there is not',
    'passdb {\n  driver = static\n}\nuserdb {\n  driver = ouija\n}',
    "Unknown userdb driver 'ouija' (userdb in {dir}/homing.conf line 6)",
  ],
  [
    'args of a passdb that make no sense, in an included file and below a filter',
    '!include {dir}/imap.conf',
    'passdb passwd-file: Missing args (passdb in {dir}/imap.conf line 2)',
  ],
  [
    'a template of a passdb that cannot be',
    'passdb {\n  driver = static\n  args = password=x =y\n}',
    'Invalid passdb template password=x =y - key must not be empty (passdb in {dir}/homing.conf line 3)',
  ],
  [
    'a file of a driver that is missing',
    'passdb {\n  driver = sql\n  args = {dir}/nosuch.conf.ext\n}',
    "Can't open configuration file {dir}/nosuch.conf.ext: No such file or directory (passdb in {dir}/homing.conf line 3)",
  ],
  [
    'an error in a file of a driver, which names that file and its line',
    'passdb {\n  driver = sql\n  args = {dir}/sql.conf.ext\n}',
    'Error in configuration file {dir}/sql.conf.ext line 2: Unknown setting: no_such_setting (passdb in {dir}/homing.conf line 3)',
  ],
])('%s', async (_, text, message) => {
  const dir = await makeInstanceDir();
  try {
    await writeFile(join(dir, 'sql.conf.ext'), 'driver = sqlite\nno_such_setting = 1\n');
    const below = 'protocol imap {\n  passdb {\n    driver = passwd-file\n  }\n}\npassdb {\n  driver = static\n}\n';
    await writeFile(join(dir, 'imap.conf'), below);
    const config = `base_dir = ${dir}/run\nlog_path = ${dir}/log\n${text.replaceAll('{dir}', dir)}\n`;
    await writeFile(join(dir, 'homing.conf'), config);
    const { code, stderr } = await runHoming('-F', '-c', join(dir, 'homing.conf'));
    expect(stderr).toContain(message.replaceAll('{dir}', dir));
    expect(code).toBe(FATAL);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('a configuration file that is missing is named', async () => {
  const { code, stderr } = await runHoming('-F', '-c', '/nonexistent/homing.conf');
  expect({ code, named: stderr.includes('/nonexistent/homing.conf') }).toEqual({ code: FATAL, named: true });
});

test('an error in an included file names that file', async () => {
  const dir = await makeInstanceDir();
  try {
    await mkdir(join(dir, 'conf.d'));
    await writeFile(join(dir, 'conf.d/10-auth.conf'), '# fine\nauth_mechanisms = plain\nwrong_setting = 1\n');
    await writeFile(join(dir, 'homing.conf'), `base_dir = ${dir}/run\n!include conf.d/*.conf\n`);
    const { code, stderr } = await runHoming('-F', '-c', join(dir, 'homing.conf'));
    expect(stderr).toMatch(new RegExp(`${dir}/conf.d/10-auth.conf:? ?(line )?3\\b`));
    expect(code).toBe(FATAL);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('a reload with an error keeps the running configuration', async () => {
  const config = (dir: string): string => `
protocols =
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
`;
  await using homing = await startHoming({ config, files: { users: 'alice:{PLAIN}secret\n' } });
  await writeFile(homing.configFile, `base_dir = ${homing.baseDir}\nno_such_setting = 1\n`);
  homing.signal('SIGHUP');
  await homing.logged(/Error: .*server\.conf.*Unknown setting: no_such_setting/);

  using client = await openLineClient(homing.socket('auth-client'));
  client.send('VERSION\t1\t2\nCPID\t1\nAUTH\t1\tPLAIN\tservice=imap\tresp=AGFsaWNlAHNlY3JldA==\n');
  await client.linesUntil((line) => line === 'DONE');
  expect(await client.line()).toBe('OK\t1\tuser=alice');
});
