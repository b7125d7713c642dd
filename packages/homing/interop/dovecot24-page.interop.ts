/**
 * docs/dovecot24.md as an administrator follows it, block by block and command by command, on a machine of its own with
 * Debian's Dovecot 2.4 in its stock configuration.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openToAll24 } from './lib/backends24.ts';
import { doveadm24, dovecot24Missing } from './lib/dovecot24.ts';
import { makeInstanceDir, makeMailDir } from './lib/server.ts';
import { describeUnless, describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { type Block, fileText, isFor, readBlocks, type Step } from './page/blocks.ts';
import { type Machine, machineMissing, startMachine } from './page/machine.ts';

const PROXY = '10.2.0.1';
const BACKENDS = ['10.2.0.11', '10.2.0.12'];
const CLIENT = '192.0.2.7';
const ALICE = { user: 'alice@example.com', password: 'pigeon' };

const blocks = readBlocks('dovecot24.md');

/** What the page takes for granted: a proxy with Debian's configuration and a log, a user, and two backends. */
const BEFORE = (dir: string): string => `set -e
cd /etc/dovecot
sed -i 's/^!include auth-system/#&/; s/^#!include auth-passwdfile/!include auth-passwdfile/' conf.d/10-auth.conf
echo '${ALICE.user}:{PLAIN}${ALICE.password}' > users
cat > conf.d/99-site.conf <<END
listen = ${PROXY}
ssl = no
auth_allow_cleartext = yes
log_path = ${dir}/dovecot.log
END
echo 'log_path = ${dir}/homing.log' > /etc/homing/conf.d/99-site.conf
`;

const backendConfig = (address: string, dir: string, block: string): string => `
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = ${dir}/${address}/run
state_dir = ${dir}/${address}/state
log_path = ${dir}/${address}/log
listen = ${address}
protocols = imap lmtp
ssl = no
auth_allow_cleartext = yes
first_valid_uid = 1
${openToAll24(dir)}${block}`;

const startBackends = async (machine: Machine, dir: string): Promise<void> => {
  const block = fileText(blocks, '/etc/dovecot/local.conf', ({ tags }) => tags.includes('backend'));
  for (const address of BACKENDS) {
    await mkdir(join(dir, address, 'run'), { recursive: true });
    const file = join(dir, address, 'server.conf');
    await writeFile(file, backendConfig(address, dir, block));
    machine.start('dovecot', `exec dovecot -F -c ${file}`);
  }
};

/** A mail client that stays. */
const logIn = (machine: Machine, dir: string): Promise<boolean> =>
  until('alice to be logged in', 20_000, async () => {
    const client = machine.start('homing', `exec ${process.execPath} ${dir}/client.cjs`);
    await until('an answer', 10_000, () => /^(a |bye)/m.test(client.output())).catch(async (error) => {
      throw new Error(`${client.output()}\n${await logs(dir)}`, { cause: error });
    });
    return client.output().includes('a OK');
  });

const CLIENT_PROGRAM = `
const socket = require('node:net').connect({ host: '${PROXY}', port: 143, localAddress: '${CLIENT}' });
socket.on('data', (data) => process.stdout.write(data)).on('error', () => {}).on('close', () => console.log('bye'));
socket.once('data', () => socket.write('a LOGIN ${ALICE.user} ${ALICE.password}\\r\\n'));
`;

/** At the socket where Debian's mail servers deliver. */
const MAIL_PROGRAM = `
const lines = ['LHLO x', 'MAIL FROM:<>', 'RCPT TO:<${ALICE.user}>', 'DATA', 'Subject: hello\\r\\n\\r\\nhello\\r\\n.'];
const socket = require('node:net').connect('/run/dovecot/lmtp');
socket.setEncoding('latin1').on('data', (data) => {
  process.stdout.write(data);
  if (!/^\\d+ [^\\n]*\\n$/m.test(data)) return;
  const line = lines.shift();
  if (line === undefined) socket.end();
  else socket.write(line + '\\r\\n');
});
`;

const deliver = async (machine: Machine, dir: string): Promise<void> => {
  const { stdout } = await machine.run('homing', `timeout 20 ${process.execPath} ${dir}/mail.cjs`);
  expect(stdout, await logs(dir)).toMatch(/^250 2\.0\.0 .*Saved/m);
};

/** Columns are as wide as what is in them; times and processes are others each time; the page tells of `proxy`. */
const masked = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/ +/g, ' ')
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'TIME')
        .replace(/(-login) \d+/, '$1 PID')
        .replace(/^proxy=yes$/, 'proxy'),
    );

/** These change nothing, and may be ahead of what they look at. */
const LOOKS = /^(homeadm (director (status|map)|proxy list)|doveadm (who|auth|mailbox status))/;

const perform = async ({ command, output }: Step, machine: Machine, log: () => Promise<string>): Promise<void> => {
  const where = /^dove(adm|conf)/.test(command) ? 'dovecot' : 'homing';
  const expected = { command, code: 0, lines: masked(output.join('\n')) };
  const deadline = Date.now() + 10_000;
  for (;;) {
    const { code, stdout, stderr } = await machine.run(where, tmpfiles(command));
    const got = { command, code, lines: masked(stdout + stderr) };
    const isSame = JSON.stringify(got) === JSON.stringify(expected);
    if (!isSame && LOOKS.test(command) && Date.now() < deadline) continue;
    expect(got, isSame ? '' : await log()).toEqual(expected);
    return;
  }
};

/** The part of systemd-tmpfiles that the page needs: not everybody has it. */
const tmpfiles = (command: string): string =>
  command.replace(
    /^systemd-tmpfiles --create (\S+)/,
    (_, file: string) =>
      `while read -r _ path mode user group _; do install -d -m "$mode" -o "$user" -g "$group" "$path"; done < ${file}`,
  );

/** The first block of a file is the file. */
const follow = async (block: Block, written: Set<string>, { machine, dir }: Site): Promise<void> => {
  if (block.before === 'alice logs in') await logIn(machine, dir);
  if (block.before === 'alice gets mail') await deliver(machine, dir);
  if (block.kind === 'conf') {
    const to = written.has(block.path) ? '>>' : '>';
    written.add(block.path);
    await machine.run('homing', `cat ${to} ${block.path} <<'END'\n${block.text}END\n`);
    return;
  }
  for (const step of block.steps) await perform(step, machine, () => logs(dir));
};

type Site = { readonly machine: Machine; readonly dir: string };

const logs = async (dir: string): Promise<string> => {
  const texts = ['homing.log', 'dovecot.log', '10.2.0.11/log', '10.2.0.12/log'].map((name) =>
    readFile(join(dir, name), 'utf8').catch(() => ''),
  );
  return (await Promise.all(texts)).join('');
};

const startDovecot = async ({ machine, dir }: Site): Promise<void> => {
  const before = (await logs(dir)).length;
  machine.start('dovecot', 'exec dovecot -F');
  await until(
    'Dovecot',
    10_000,
    async () => (await logs(dir)).length > before && /Dovecot v\S+ \S+ starting up/.test(await logs(dir)),
  );
};

/** /run is empty but for what the page has systemd make. */
const reboot = async (site: Site, first: 'dovecot' | 'homing'): Promise<void> => {
  const { machine, dir } = site;
  for (const [where, command] of [
    ['homing', 'homeadm stop'],
    ['dovecot', 'doveadm stop'],
  ] as const) {
    expect(await machine.run(where, command)).toMatchObject({ code: 0 });
  }
  await machine.run(
    'homing',
    `rm -rf /run/dovecot /run/homing; ${tmpfiles('systemd-tmpfiles --create /etc/tmpfiles.d/homing.conf')}`,
  );
  const start = { dovecot: () => startDovecot(site), homing: () => machine.run('homing', 'homing') };
  await start[first]();
  await start[first === 'dovecot' ? 'homing' : 'dovecot']();
  expect(await logIn(machine, dir)).toBe(true);
};

describeUnless(dovecot24Missing() ?? (await machineMissing()), 'docs/dovecot24.md', () => {
  test.each([
    ['dovecot-auth', /./, 'homing'],
    // What comes between does not ask who checks passwords.
    ['homing-auth', /^[1239]/, 'dovecot'],
  ] as const)('as written, %s', async (tag, sections, first) => {
    const dir = await makeInstanceDir();
    onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
    await makeMailDir(dir);
    await writeFile(join(dir, 'client.cjs'), CLIENT_PROGRAM);
    await writeFile(join(dir, 'mail.cjs'), MAIL_PROGRAM);
    await using machine = await startMachine(dir, [PROXY, ...BACKENDS, CLIENT]);
    const site = { machine, dir };
    await startBackends(machine, dir);
    expect(await machine.run('homing', BEFORE(dir))).toMatchObject({ code: 0 });
    await startDovecot(site);
    const written = new Set<string>();
    for (const block of blocks.filter((each) => isFor(each, tag) && sections.test(each.section))) {
      if (isLast(block)) await reboot(site, first);
      await follow(block, written, site);
    }
    expect(await logs(dir)).not.toMatch(/Panic|Fatal|Corrected permissions|killed with signal [^1]/);
    expect(await readFile(join(dir, 'homing.log'), 'utf8')).not.toMatch(/Error|Panic|Fatal/);
  });
});

describeWithDovecot24('the blocks of docs/dovecot24.md for Dovecot', () => {
  test.each(['dovecot-auth', 'backend', 'no-root'])('%s loads in doveconf', async (tag) => {
    const dir = await makeInstanceDir();
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const file = join(dir, 'dovecot.conf');
    const text = fileText(blocks, '/etc/dovecot/local.conf', (block) => isFor(block, tag));
    await writeFile(file, `dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n${text}`);
    const { code, stdout, stderr } = await doveadm24(file, 'config', '-n', '-P');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const [setting] of text.matchAll(/^ *\w+ = .*$/gm)) expect(stdout).toContain(setting.trim());
  });
});

/** The way back. */
const isLast = (block: Block): boolean => block === blocks.findLast(({ kind }) => kind === 'console');
