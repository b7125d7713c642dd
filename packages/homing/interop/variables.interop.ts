/** The same `%` templates through Dovecot and through ours: user hashes, passdb fields, greetings, log lines. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUserHash } from '@homing/config';
import { digests, hostVariable } from '@homing/io';
import { bytesFromText } from '@homing/wire';
import { expect, test } from 'vitest';
import { startSideBySide } from './auth/side-by-side.ts';
import { doveadm } from './lib/dovecot.ts';
import { openLineClient } from './lib/line-client.ts';
import { type LoginPair, type Protocol, startLoginPair } from './lib/login-pair.ts';
import { makeInstanceDir } from './lib/server.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const TEMPLATES = [
  '%Lu',
  '%u',
  '%Ln@%d',
  '%',
  'end%',
  '100%%|%%u|%L%',
  '%-3u|%1.2u|%-5.2u|%0.-3u|%0.-99u|%-3.u|%05n|%0.09n|%2.03n',
  '%4Nu|%2.256Nu|%Hu|%02.256Hu|%Mu|%1Mu|%5.16Nd|%3.7Hd|%1.-7Hu|%1.-7Nu',
  '%Ru|%RLn|%Dd|%Tu|%EUu|%Xn|%LULULULULULu',
  '%{user}|%L{username}|%2.3{domain}|%{hostname}|%{uid}|%{gid}|%{env:NO_SUCH_NAME}|%{env}',
  '%{md4:user}|%{md5:user}|%{sha1:user}|%{size:user}',
  '%{sha256:user}|%{sha384:user}|%{sha512:user}|%{sha3-256:user}|%{sha3-512:user}',
  '%{md5;rounds=5,salt=%n:user}',
  '%{md5;salt=:user}|%{sha1;rounds=3,salt=%n,x:user}|%{sha1;salt=%x,rounds=3:user}',
  '%{md5;truncate=12:user}|%{md5;truncate=1:user}|%{md5;truncate=999:user}|%{size;truncate=60:user}',
  '%{md5;format=base64:user}|%{md5;format=hexuc:user}|%{md5;nonsense,other=1:user}',
  '%{pkcs5:user}|%{pkcs5;rounds=10:user}|%{pkcs5;rounds=10,salt=abc,format=base64:user}',
  '%{pkcs5;rounds=2,truncate=300:user}|%{pkcs5;rounds=2,truncate=17:user}',
  '%{md5:md5:user}|%{sha1;rounds=2:md5;truncate=16:user}',
  '%L{if;%d;eq;;NODOMAIN;%{if;%n;*;j*;J;other}}|%{IF;1;==;1;yes}',
  '%{if;%u;~;^[a-z]+;yes;no}|%{if;%u;!~;[[\\:digit\\:]];none;digit}|%{if;%u;~;^[]jJx@]+;yes;no}',
  '%{if;%u;~;^(.)y?;yes;no}|%{if;%u;~;[@.]{1,2};yes;no}|%{if;[a];~;[[a];yes;no}',
  '%{if;a;eq;a;b\\;c}|%{if;a;eq;a;b\\\\c}|%{if;a;eq;a;b\\\\\\;c;d}|%{if;a;eq;a;\\}}|%{if;a;ne;a;b}',
  '%{if;10;>;9;a;b}|%{if;-10;<=;9;a;b}|%{if;a;lt;b;a;b}|%{if;B;gt;a;a;b}|%{if;%n;ge;m;a;b}|%{if;1;!=;01;a;b}',
  '%{if;%u;!*;?*@*;yes;no}',
  '%{user|rest',
  '%{user',
  '%x',
  '%{nosuch}',
  '%{nosuch:a}|%y',
  '%x|%y|%{a}|%{b}|%z',
  '%{passdb:x}',
  '%{u}|%{%u}',
  '%{md5:nosuch}',
  '%{}|%u',
];

/** Text, which arrives as UTF-8. */
const USERS = ['John.Doe@Sub.Example.COM', 'x@y', 'jöä@x', '12345', 'tail \t@ '];

/** Those on which Dovecot's director ends with an assertion, while its auth server reports a failure. */
const BROKEN = [
  '%{if;x:y;eq;x;yes;no}',
  '%{if;%u;<;1;a}',
  '%{if;99999999999999999999;<;1;a}',
  '%{if}',
  '%{if;a}',
  '%{if;a;=;b;c}',
  '%{if;a;~;(;c}',
  '%{if;a;~;[a;c}',
  '%{md5;rounds=0:user}',
  '%{md5;rounds=x:user}',
  '%{md5;truncate=x:user}',
  '%{md5;format=hax:user}',
  '%{md5;rounds=0:user}%x',
  '%x%{md5;rounds=0:user}',
  '%{MD5:user}%{nosuch}',
];

const LOGIN_ELEMENTS = [
  'a=%u',
  'b=%4.3{real_lip}',
  'c=%k',
  'd=%{passdb:none}',
  'e=%{nothing}',
  'f=%h%e',
  'g=%{if;%s;eq;imap;I;P}',
  'h=%{md5;truncate=32:rip}',
  '%%u',
  'i=%05e',
  'j=%{hostname}',
  'k=%{u}',
  'l=%Us.%Rl',
  'm=%{orig_user}%m',
  'n=%{uid}',
  'o=%{listener}|%{local_name}',
  '%%%5n',
];

type Front = { readonly text: string; readonly greeting: string };

/** What one client is greeted with, and the line that is logged when it goes without a login. */
const visit = async (port: number, log: () => string): Promise<Front> => {
  const seen = log().length;
  using client = await openLineClient({ host: '127.0.0.1', port });
  const greeting = await client.line();
  client.end();
  await client.closed();
  const line = /login: Info: (Disconnected.*|\[.*)$/m;
  const text = await until('the log line', 5000, () => line.exec(log().slice(seen))?.[1]);
  return { text, greeting };
};

const visitBoth = async (pair: LoginPair, protocol: Protocol): Promise<{ theirs: Front; ours: Front }> => ({
  theirs: await visit(pair.theirs[protocol], () => pair.dovecot.log()),
  ours: await visit(pair.ours[protocol], () => ourLog(pair)),
});

const ourLog = (pair: LoginPair): string =>
  pair.entries
    .map(({ service, level, text }) => `${service}: ${level === 'info' ? 'Info' : level}: ${text}\n`)
    .join('');

describeWithDovecot('% variables', () => {
  test('director_username_hash: the hash, or the error', { timeout: 300_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const dir = stack.adopt(await makeInstanceDir(), (path) => rm(path, { recursive: true }));
    const configFile = join(dir, 'dovecot.conf');
    await writeFile(configFile, `protocols =\nbase_dir = ${dir}/run\n`);
    const theirs: Record<string, string> = {};
    const ours: Record<string, string> = {};
    for (const template of TEMPLATES) {
      for (const user of USERS) {
        const asked = `${template} of ${user}`;
        const args = ['-o', `director_username_hash=${template}`, 'director', 'map', '-u', '--'];
        const { stdout, stderr } = await doveadm(configFile, ...args, user);
        theirs[asked] = (stdout + stderr.replace(/^.*Error: Failed to expand director_username_hash=/, '')).trim();
        const hash = createUserHash(template, { digests, host: hostVariable })(bytesFromText(user));
        ours[asked] = typeof hash === 'number' ? String(hash) : `${template}: ${hash.error}`;
      }
    }
    expect(ours).toEqual(theirs);
  });

  test('passdb fields: the value, or a failure', async () => {
    const fields = TEMPLATES.slice(0, 26).map((template, i) => `f${i}=${template.replaceAll(' ', '_')}`);
    const broken = BROKEN.map(
      (template, i) => `
passdb {
  driver = static
  args = nopassword=y b=${template}
  username_filter = broken${i}
}`,
    );
    await using both = await startSideBySide({
      config: () => `
auth_failure_delay = 0
auth_username_chars =
auth_username_format =
${broken.join('\n')}
passdb {
  driver = static
  args = nopassword=y ${fields.join(' ')}
}
userdb {
  driver = static
  args = allow_all_users=yes
}`,
    });
    const users = [...USERS, ...BROKEN.map((_, i) => `broken${i}`)];
    const lines = users.map((user, i) => {
      const resp = Buffer.from(`\0${user}\0p`).toString('base64');
      return `AUTH\t${i + 1}\tPLAIN\tservice=imap\tno-penalty\tsession=S\tresp=${resp}`;
    });
    const { dovecot, homing } = await both.ask('client', lines);
    expect(homing).toEqual(dovecot);
  });

  test('greetings and log lines of login processes', async () => {
    await using pair = await startLoginPair({
      config: () => `
login_greeting = %Us %{if;%l;eq;127.0.0.1;at home;abroad} 5%% %{md5;truncate=16:rip} %3r%{local_name} %{hostname}.
login_log_format = [%s] %U$ %-5$ %{hostname} %q
login_log_format_elements = ${LOGIN_ELEMENTS.join(' ')}`,
    });
    for (const protocol of ['imap', 'pop3'] as const) {
      const { theirs, ours } = await visitBoth(pair, protocol);
      expect(ours).toEqual(theirs);
    }
    const failures = /Failed to expand .*/g;
    const theirFailures = new Set(pair.dovecot.log().match(failures));
    expect(new Set(ourLog(pair).match(failures))).toEqual(theirFailures);
    expect(theirFailures.size).toBe(2);
  });

  test('a greeting that cannot be expanded greets nobody', async () => {
    await using pair = await startLoginPair({ config: () => 'login_greeting = hello %u' });
    for (const port of [pair.theirs.imap, pair.ours.imap]) {
      using client = await openLineClient({ host: '127.0.0.1', port });
      expect(await client.closed()).toBe('');
    }
    const failure = "Failed to expand settings: login_greeting: Unknown variable '%u'";
    await until('the reason in the log', 5000, () => pair.dovecot.log().includes(failure));
    expect(ourLog(pair)).toContain(failure);
  });
});
