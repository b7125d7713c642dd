/**
 * Our own login proxies in front of a Dovecot 2.4, with a 2.3 beside it: all ways to log in and to do TLS, what the
 * backend learns about the client, and what the client sees of its refusals.
 */
import { join } from 'node:path';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailLogin } from './lib/five-protocols.ts';
import { openLineClient } from './lib/line-client.ts';
import {
  AT_23,
  AT_24,
  MASTER_PASSWORD,
  type MovingBackends,
  PROTOCOLS,
  type Protocol,
  startMovingBackends,
  USER_PASSWORD,
  userLine,
} from './lib/moving-backends.ts';
import { CONFIGURATION_FAULT, FRONT, type Front, startFront } from './lib/moving-front.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { until } from './lib/until.ts';

/** Nobody is trusted there, and no address is one of ours. */
const CLIENT = '127.0.27.77';

/** How to log in; `tls`: the backend says so of the connection. `to`: the port. */
const WAYS: Readonly<Record<string, { readonly fields: string; readonly to?: 'tls'; readonly tls?: true }>> = {
  plain: { fields: '' },
  'proxy_mech PLAIN': { fields: 'proxy_mech=PLAIN' },
  'proxy_mech LOGIN': { fields: 'proxy_mech=LOGIN' },
  master: { fields: `master=boss pass=${MASTER_PASSWORD}` },
  nopipelining: { fields: 'proxy_nopipelining=y' },
  'ssl=yes': { fields: 'ssl=yes', to: 'tls', tls: true },
  'ssl=any-cert': { fields: 'ssl=any-cert', to: 'tls', tls: true },
  'starttls=yes': { fields: 'starttls=yes', tls: true },
  'starttls=any-cert': { fields: 'starttls=any-cert', tls: true },
};

const WITH_TLS = Object.entries(WAYS).filter(([, { tls }]) => tls === true);

const userOf = (way: string, protocol: Protocol): string => `${protocol}-${way.toLowerCase().replace(/[^a-z]/g, '-')}`;

const EVERY_USER = Object.keys(WAYS).flatMap((way) => PROTOCOLS.map((protocol) => userOf(way, protocol)));

/** `host`: where they go, which may come with `hostip`. */
const usersAt = (host: string, ports: MovingBackends['ports']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(WAYS).flatMap(([way, { fields, to }]) =>
      PROTOCOLS.map((protocol) => {
        const port = ports[to === undefined ? protocol : (`${protocol}s` as const)];
        return [userOf(way, protocol), `host=${host} port=${port} forward_who=${way.length} ${fields}`];
      }),
    ),
  );

describeWithBothDovecots('Dovecot 2.4 behind our login proxies', () => {
  const stack = new AsyncDisposableStack();
  let backends: MovingBackends;
  let front: Front;

  const login = (protocol: Protocol, user: string, password = USER_PASSWORD, from = CLIENT): Promise<void> =>
    mailLogin[protocol]({ host: FRONT, port: front[protocol], from }, user, password);

  beforeAll(async () => {
    backends = stack.use(
      await startMovingBackends({
        at24: () => [
          ...EVERY_USER.map((user) => userLine(user)),
          userLine('disabled', 'nologin=y'),
          userLine('told', 'nologin=y reason=Moved_away'),
          // Nobody says where to, so the backend fails for the time being.
          userLine('later', 'proxy=y'),
        ],
        at23: () => EVERY_USER.map((user) => userLine(user)),
      }),
    );
    const { ports } = backends;
    const at = (protocol: Protocol): string => `host=${AT_24} port=${ports[protocol]}`;
    front = stack.use(
      await startFront({
        users: {
          ...usersAt(AT_24, ports),
          ...Object.fromEntries(
            PROTOCOLS.flatMap((protocol) => [
              [`${protocol}-disabled`, `${at(protocol)} destuser=disabled`],
              [`${protocol}-told`, `${at(protocol)} destuser=told`],
              [`${protocol}-later`, `${at(protocol)} destuser=later`],
              [`${protocol}-unknown`, `${at(protocol)} destuser=nobody`],
              [`${protocol}-misnamed`, `host=be.example.com hostip=${AT_24} port=${ports[protocol]} starttls=yes`],
            ]),
          ),
        },
        ca: join(backends.dovecot24.dir, 'tls.pem'),
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  describe.each(Object.entries(WAYS))('%s', (way, { tls }) => {
    test.each(PROTOCOLS)('%s: the backend logs the client, not the proxy', async (protocol) => {
      const user = userOf(way, protocol);
      await login(protocol, user);
      const ours = await front.homing.logged(new RegExp(`proxy\\(${user},.*Started proxying.*session=<([^>]+)>`));
      const lip = (protocol === 'imap' ? FRONT : AT_24).replaceAll('.', '\\.');
      const security = tls === true ? 'TLS' : 'secured';
      const client = `rip=${CLIENT.replaceAll('.', '\\.')}, lip=${lip}`;
      const session = (ours[1] ?? '').replace(/[+/]/g, '\\$&');
      const line = `Logged in: user=<${user}>, ${client}, ${security}, session=<${session}>, who=<${way.length}>`;
      await backends.dovecot24.logged(new RegExp(line));
    });
  });

  test('capabilities are the backend’s own, told once', async () => {
    using client = await openLineClient({ host: FRONT, port: front.imap });
    const banner = await client.line();
    expect(banner).toMatch(/^\* OK \[CAPABILITY IMAP4rev1 .* AUTH=PLAIN\] /);
    client.send(`a LOGIN ${userOf('plain', 'imap')} ${USER_PASSWORD}\r\n`);
    const [reply = ''] = await client.linesUntil((line) => line.startsWith('a '));
    expect(reply).toMatch(/^a OK \[CAPABILITY IMAP4rev1 .* PREVIEW=FUZZY .*\] Logged in$/);
    client.send('b CAPABILITY\r\n');
    const [list = ''] = await client.linesUntil((line) => line.startsWith('b '));
    expect(`a OK [${list.slice(2)}] Logged in`).toBe(reply);
  });

  test('a client that asked for capabilities gets them by themselves', async () => {
    using client = await openLineClient({ host: FRONT, port: front.imap });
    await client.line();
    client.send(`c CAPABILITY\r\na LOGIN ${userOf('plain', 'imap')} ${USER_PASSWORD}\r\n`);
    const lines = await client.linesUntil((line) => line.startsWith('a '));
    expect(lines).toEqual([
      expect.stringMatching(/^\* CAPABILITY IMAP4rev1 /),
      expect.stringMatching(/^c OK /),
      expect.stringMatching(/^\* CAPABILITY IMAP4rev1 .* PREVIEW=FUZZY /),
      expect.stringMatching(/^a OK (?!\[CAPABILITY)/),
    ]);
  });

  test('what 2.4 adds, COMPRESS, is between the client and the backend', async () => {
    using client = await openLineClient({ host: FRONT, port: front.imap });
    await client.line();
    client.send(`a LOGIN ${userOf('plain', 'imap')} ${USER_PASSWORD}\r\nb COMPRESS DEFLATE\r\n`);
    expect((await client.linesUntil((line) => line.startsWith('b '))).at(-1)).toMatch(/^b OK /);
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    client.send(deflateRawSync('c LOGOUT\r\n', flush).toString('latin1'));
    const said = inflateRawSync(Buffer.from(await client.closed(), 'latin1'), flush).toString();
    expect(said).toMatch(/^\* BYE Logging out\r\nc OK /);
  });

  test.each([
    ['imap', 'unknown', 'NO [AUTHENTICATIONFAILED] Authentication failed.'],
    ['imap', 'disabled', 'NO [CONTACTADMIN] Login disabled for this user'],
    ['imap', 'told', 'NO [CONTACTADMIN] Moved_away'],
    ['pop3', 'unknown', '-ERR [AUTH] Authentication failed.'],
    ['pop3', 'disabled', '-ERR [AUTH] Login disabled for this user'],
    ['pop3', 'told', '-ERR [AUTH] Moved_away'],
  ] as const)('%s, %s: %s', async (protocol, user, words) => {
    await expect(login(protocol, `${protocol}-${user}`)).rejects.toThrow(words);
    await front.homing.logged(new RegExp(`proxy\\(${protocol}-${user},.*Login failed as user`));
  });

  test('what fails for the time being is tried three times more, and told in the backend’s words', async () => {
    const from = backends.dovecot24.log().length;
    await Promise.all([
      expect(login('imap', 'imap-later')).rejects.toThrow('a NO [UNAVAILABLE] Temporary authentication failure.'),
      expect(login('pop3', 'pop3-later')).rejects.toThrow('-ERR [SYS/TEMP] Temporary authentication failure.'),
    ]);
    const tried = (): number =>
      backends.dovecot24
        .log()
        .slice(from)
        .match(/Error: proxy: host field not given/g)?.length ?? 0;
    await until('all to be logged', 10_000, () => tried() >= 8);
    expect(tried()).toBe(8);
  });

  test.each(PROTOCOLS)('%s: a certificate of another name', async (protocol) => {
    await expect(login(protocol, `${protocol}-misnamed`)).rejects.toThrow(CONFIGURATION_FAULT[protocol]);
    const why = "SSL certificate doesn't match expected host name be\\.example\\.com";
    await front.homing.logged(new RegExp(`Error: proxy\\(${protocol}-misnamed,.*${why}`));
  });

  test('a certificate that nobody we know has signed counts where any will do', async () => {
    await using strange = await startFront({ users: usersAt(AT_24, backends.ports) });
    for (const [way] of WITH_TLS) {
      for (const protocol of PROTOCOLS) {
        const user = userOf(way, protocol);
        const done = mailLogin[protocol]({ host: FRONT, port: strange[protocol] }, user, USER_PASSWORD);
        if (way.endsWith('any-cert')) await done;
        else await expect(done).rejects.toThrow(CONFIGURATION_FAULT[protocol]);
      }
    }
    await strange.homing.logged(/Error: proxy\(imap-ssl-yes,.*Received invalid SSL certificate: .*\/CN=127\.0\.27\.11/);
  });

  test('the 2.3 beside it takes the same users', async () => {
    await using other = await startFront({
      users: usersAt(AT_23, backends.ports),
      ca: join(backends.dovecot23.dir, 'tls.pem'),
    });
    for (const way of Object.keys(WAYS)) {
      for (const protocol of PROTOCOLS) {
        const endpoint = { host: FRONT, port: other[protocol], from: CLIENT };
        const user = userOf(way, protocol);
        await mailLogin[protocol](endpoint, user, USER_PASSWORD);
        await backends.dovecot23.logged(new RegExp(`Login: user=<${user}>, .*rip=${CLIENT.replaceAll('.', '\\.')}`));
      }
    }
  });
});
