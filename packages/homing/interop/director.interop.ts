/** Our director beside Dovecot's: the same questions get the same answers. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Both, type DirectorPair, startDirectorPair } from './lib/director-pair.ts';
import { type LineClient, openLineClient } from './lib/line-client.ts';
import { run } from './lib/process.ts';
import { describeWithDovecot } from './lib/suite.ts';

const VERSION = 'VERSION\tdirector-doveadm\t1\t0';

/** Texts that look random and are the same in every run. */
const randomNumber = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE(0);
const pick = <T>(seed: string, from: readonly [T, ...T[]]): T => from[randomNumber(seed) % from.length] ?? from[0];

const USERNAMES = Array.from({ length: 100_000 }, (_, i) => {
  const form = pick(`form ${i}`, ['u%', 'User.%', '%@example.com', 'm\xc3\xbcller%', 'a b%', "it's%"] as const);
  return form.replace('%', randomNumber(`name ${i}`).toString(36));
});

const openAdmin = async (path: string): Promise<LineClient> => {
  const client = await openLineClient(path);
  client.send(`${VERSION}\n`);
  expect(await client.line()).toBe(VERSION);
  return client;
};

/** Replies to commands sent in one write, each `rows` lines long. */
const ask = async (path: string, commands: readonly string[]): Promise<string[]> => {
  using client = await openAdmin(path);
  const replies: string[] = [];
  for (let at = 0; at < commands.length; at += 500) {
    const some = commands.slice(at, at + 500);
    client.send(some.map((command) => `${command}\n`).join(''));
    for (const command of some) replies.push((await replyTo(client, command)).join(' / '));
  }
  return replies;
};

const replyTo = (client: LineClient, command: string): Promise<string[]> =>
  /LIST/.test(command) ? client.linesUntil((line) => line === '') : client.line().then((line) => [line]);

/** The replies. */
const askBoth = async ({ dovecot, homing }: Both, commands: readonly string[]): Promise<string[]> => {
  const [theirs, ours] = await Promise.all([ask(dovecot, commands), ask(homing, commands)]);
  const pairs = (replies: readonly string[]) =>
    commands.map((command, i) => `${command} -> ${masked(replies[i] ?? '')}`);
  expect(pairs(ours)).toEqual(pairs(theirs));
  return theirs;
};

/** Times may differ by the second in which the two were asked; users of one list come in any order. */
const masked = (reply: string): string =>
  reply
    .replace(/\b1[789]\d{8}\b/g, 'TIME')
    .split(' / ')
    .sort()
    .join(' / ');

const doveadmBoth = async ({ dovecot, admin }: DirectorPair, ...args: string[]) => {
  const at = (socket: string) => {
    const [subcommand = '', ...rest] = args;
    return run('/usr/bin/doveadm', ['-c', dovecot.configFile, '-v', 'director', subcommand, '-a', socket, ...rest]);
  };
  const [theirs, ours] = [await at(admin.dovecot), await at(admin.homing)];
  const shown = ({ code, stdout, stderr }: typeof ours, socket: string) =>
    `${code}\n${stdout}\n${stderr}`.replaceAll(socket, 'SOCKET').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'WHEN');
  expect(shown(ours, admin.homing)).toBe(shown(theirs, admin.dovecot));
  return shown(ours, admin.homing);
};

const USERS = `alice:{PLAIN}pw:102:105::/srv/mail/alice::proxy=y port=21150
bob:{PLAIN}pw:102:105::/srv/mail/bob::proxy=y
tina:{PLAIN}pw::::::proxy=y director_tag=tagA pass=pw
fixed:{PLAIN}pw::::::proxy=y host=127.0.0.12
dest:{PLAIN}pw::::::proxy=y destuser=realdest
local:{PLAIN}pw::::::
maybe:{PLAIN}pw::::::director_proxy_maybe=y
pmaybe:{PLAIN}pw::::::proxy_maybe=y
selfish:{PLAIN}pw::::::proxy=y director_proxy_maybe=y director_tag=self port=21143
grouped:{PLAIN}pw::::::proxy=y user_group=g1
`;

const CHANGED_HOSTS = [
  '127.0.0.11 10.9.8.8 ::ffff:10.0.0.1 2001:db8::1 2001:db8::2 fd00::ffff:ffff:ffff:ffff 127.0.0.1@self',
  '127.0.0.13@tagA 127.0.0.14@tagA 10.9.8.7@tagA 2001:db8:0:a::1@tagA 2001:db8:0:a::2@tagA',
  '203.0.113.1@gold 203.0.113.255@gold 2001:db8:0:b::1@gold 2001:db8:0:b::2@gold',
].flatMap((hosts) => hosts.split(' '));

/** Changes of hosts, one set after the other: chosen ones, then random ones that leave every host in every state. */
const HOST_CHANGES: readonly (readonly string[])[] = [
  [],
  ['HOST-SET\t127.0.0.11\t3', 'HOST-SET\t127.0.0.12\t1000'],
  ['HOST-SET\t10.9.8.7@tagA\t17', 'HOST-DOWN\t127.0.0.13', 'HOST-SET\t10.9.8.8\t1'],
  ['HOST-REMOVE\t127.0.0.12', 'HOST-UPDATE\t2001:db8::1\t0', 'HOST-SET\t::ffff:10.0.0.1\t200'],
  ['HOST-UP\t127.0.0.13', 'HOST-SET\t127.0.0.12@tagA\t50', 'HOST-UPDATE\t2001:db8::1\t77'],
  ...Array.from({ length: 15 }, (_, set) =>
    CHANGED_HOSTS.map((host) => {
      const seed = `set ${set} of ${host}`;
      const ip = host.replace(/@.*/, '');
      return pick(seed, [
        `HOST-SET\t${host}\t${randomNumber(`weight in ${seed}`) % 1001}`,
        `HOST-SET\t${host}\t${randomNumber(`weight in ${seed}`) % 5}`,
        `HOST-SET\t${host}\t0`,
        `HOST-DOWN\t${ip}`,
        `HOST-UP\t${ip}`,
        `HOST-REMOVE\t${ip}`,
      ]);
    }),
  ),
];

const HOSTS = '127.0.0.11 127.0.0.12 127.0.0.13-127.0.0.14@tagA 2001:db8::1 127.0.0.1@self';

describeWithDovecot('director', () => {
  test('a hundred thousand users land on the same hosts, whatever the hosts are', async () => {
    await using pair = await startDirectorPair({ settings: { director_mail_servers: HOSTS }, users: USERS });
    const chosen = new Set<string>();
    const share = USERNAMES.length / HOST_CHANGES.length;
    for (const [set, changes] of HOST_CHANGES.entries()) {
      const names = USERNAMES.slice(set * share, (set + 1) * share);
      const tagOf = (name: string) => pick(`tag of ${name}`, ['', '', 'tagA', 'tagA', 'gold', 'self'] as const);
      const lookups = names.map((name) => `USER-LOOKUP\t${name}\t${tagOf(name)}`);
      const replies = await askBoth(pair.admin, [...changes, 'HOST-LIST', ...lookups]);
      for (const reply of replies.slice(-share)) chosen.add(reply.split('\t')[2] ?? '');
    }
    // Each of the 17 hosts had users at some time, and there were users without a host.
    expect(chosen.size).toBe(18);
    expect(chosen).toContain('');
    const numbers = ['0', '1', '4294967295', '4294967296', ...USERNAMES.slice(0, 500).map((n) => `${randomNumber(n)}`)];
    await askBoth(pair.admin, [...numbers.map((hash) => `USER-LOOKUP\t${hash}\t`), 'USER-LOOKUP\ta\tnosuchtag']);
  });

  test.each(['%u', '%Ln', '%Ld', '%2.3u', 'x-%u', '%{domain}', '%HLn', '%16Nu', '%04Nu'])(
    'users hash the same by %s',
    async (director_username_hash) => {
      await using pair = await startDirectorPair({ settings: { director_username_hash }, users: USERS });
      await askBoth(
        pair.admin,
        USERNAMES.slice(0, 300).map((name) => `USER-LOOKUP\t${name}\t`),
      );
    },
  );

  test('the same login requests, the same replies', async () => {
    await using pair = await startDirectorPair({ settings: { director_mail_servers: HOSTS }, users: USERS });
    const [theirs, ours] = [await logins(pair.auth.dovecot), await logins(pair.auth.homing)];
    expect(ours).toEqual(theirs);
    expect(ours.filter((line) => /\tproxy_refresh=450\thost=/.test(line))).toHaveLength(8);
    const [theirLookups, ourLookups] = [await lookups(pair.userdb.dovecot), await lookups(pair.userdb.homing)];
    expect(ourLookups).toEqual(theirLookups);
    await askBoth(pair.admin, ['USER-LIST', 'HOST-LIST', 'USER-LOOKUP\talice\t']);
  });

  test('a long history of changes keeps both the same', async () => {
    // Moves stay in their delay for the whole test, so that both refuse the same second moves.
    const settings = { director_mail_servers: HOSTS, director_user_kick_delay: 600 };
    await using pair = await startDirectorPair({ settings, users: USERS });
    const ips = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '10.0.0.1', '10.0.0.2', '127.0.0.99'] as const;
    const commands = Array.from({ length: 1500 }, (_, i) => {
      const ip = pick(`ip ${i}`, ips);
      const user = USERNAMES[randomNumber(`user ${i}`) % 40] ?? '';
      const vhosts = pick(`vhosts ${i}`, ['0', '1', '7', '100', '1000', '1001'] as const);
      const tag = pick(`tag ${i}`, ['', '', '@tagA'] as const);
      return pick(`command ${i}`, [
        `HOST-SET\t${ip}${tag}\t${vhosts}`,
        `HOST-UPDATE\t${ip}\t${vhosts}`,
        `HOST-UP\t${ip}`,
        `HOST-UP\t${ip}`,
        `HOST-DOWN\t${ip}`,
        `HOST-REMOVE\t${ip}`,
        `HOST-FLUSH\t${ip}`,
        `HOST-RESET-USERS\t${ip}`,
        `USER-MOVE\t${user}\t${ip}`,
        `USER-MOVE\t${randomNumber(user)}\t${ip}`,
        `USER-MOVE\t${user}\t${ip}`,
        `USER-LOOKUP\t${user}\t${tag.slice(1)}`,
        'USER-LIST',
        `USER-LIST\t${ip}`,
        'HOST-LIST',
        'HOST-LIST-REMOVED',
        'DIRECTOR-LIST',
        `USER-KICK\t${user}`,
        'USER-KICK-ALT\tuser_group\tg1\tnowait',
      ]);
    });
    await askBoth(pair.admin, commands);
  });

  test('doveadm director prints the same from both', async () => {
    await using pair = await startDirectorPair({ settings: { director_mail_servers: HOSTS }, users: USERS });
    for (const socket of [pair.auth.dovecot, pair.auth.homing]) await logins(socket);
    const shown = await doveadmBoth(pair, 'status');
    expect(shown).toContain('mail server ip');
    for (const line of [
      'status alice',
      'status tina tagA',
      'status nosuchuser',
      'map',
      'map -u alice',
      'map 127.0.0.11',
      'add 127.0.0.15 50',
      'add -t tagB 127.0.0.16',
      'add 127.0.0.13@other',
      'update 127.0.0.11 70',
      'update 127.0.0.99 70',
      'down 127.0.0.12',
      'down 127.0.0.98',
      'up 127.0.0.12',
      'remove 127.0.0.15',
      'remove 127.0.0.97',
      'status',
      'move alice 127.0.0.12',
      'move alice 127.0.0.96',
      'kick alice',
      'kick -f user_group g1',
      'flush 127.0.0.11',
      'flush -F 127.0.0.12',
      'flush 127.0.0.95',
      'flush all',
      'dump',
      'ring status',
      'ring add 127.0.0.1 0',
      'ring remove 127.0.0.9',
    ]) {
      await doveadmBoth(pair, ...line.split(' '));
    }
  });
});

/** Every user logs in, one after the other; ids of the connection masked. */
const logins = async (socket: string): Promise<string[]> => {
  using client = await openLineClient(socket);
  client.send('VERSION\t1\t2\nCPID\t4711\n');
  const lines = await client.linesUntil((line) => line === 'DONE');
  const names = USERS.split('\n').map((line) => line.split(':')[0] ?? '');
  for (const [index, name] of [...names.slice(0, -1), 'nosuch', 'alice', 'ALICE'].entries()) {
    const response = Buffer.from(`\0${name}\0pw`).toString('base64');
    client.send(`AUTH\t${index + 1}\tPLAIN\tservice=imap\tsecured\tlip=127.0.0.1\tlport=21143\tresp=${response}\n`);
    lines.push(await client.line());
  }
  return lines.map((line) => line.replace(/^(SPID|CUID|COOKIE)\t.*/, '$1'));
};

const lookups = async (socket: string): Promise<string[]> => {
  using client = await openLineClient(socket);
  client.send('VERSION\t1\t0\n');
  const lines = await client.linesUntil((line) => line.startsWith('SPID'));
  for (const command of ['PASS', 'USER']) {
    for (const [index, name] of ['alice', 'tina', 'local', 'nosuch', 'fixed', 'maybe', 'dest'].entries()) {
      client.send(`${command}\t${index + 1}\t${name}\tservice=lmtp\tlip=127.0.0.1\tlport=24\n`);
      lines.push(await client.line());
    }
  }
  return lines.map((line) => line.replace(/^SPID\t.*/, 'SPID'));
};
