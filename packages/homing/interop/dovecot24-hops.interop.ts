/**
 * Login processes of Dovecot 2.4 as proxies in front of our own, which are in front of a 2.4 backend: what the first hop
 * says about its client arrives, and nobody frames a dialogue.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dovecot } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { mailLogin } from './lib/five-protocols.ts';
import { type LineClient, openLineClient } from './lib/line-client.ts';
import {
  AT_24,
  type MovingBackends,
  PROTOCOLS,
  type Protocol,
  startMovingBackends,
  USER_PASSWORD,
  userLine,
} from './lib/moving-backends.ts';
import { FRONT, type Front, startFront, TRUSTED_HOP } from './lib/moving-front.ts';
import { freePorts } from './lib/ports.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { startTap, type Tap } from './lib/tap.ts';

const HOP = '127.0.27.3';
const CLIENT = '127.0.27.77';

type Ports = Readonly<Record<Protocol, number>>;

/** Everybody goes to our proxies, from an address that these trust; they check the password. */
const hopConfig = (own: Ports, ours: Ports): string => `
protocols = imap pop3
listen = ${HOP}
passdb static {
  fields {
    nopassword = yes
    proxy = yes
    host = ${FRONT}
    source_ip = ${TRUSTED_HOP}
    forward_who = me
  }
}
${PROTOCOLS.map(
  (protocol) => `protocol ${protocol} {
  passdb static {
    fields {
      port = ${ours[protocol]}
    }
  }
}
service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${own[protocol]}
  }
}
`,
).join('')}`;

describeWithBothDovecots('Dovecot 2.4 as a proxy in front of our proxies', () => {
  const stack = new AsyncDisposableStack();
  let backends: MovingBackends;
  let front: Front;
  let hop: Dovecot;
  let own: Ports;
  /** Between us and the backend. */
  const taps = {} as Record<Protocol, Tap>;

  beforeAll(async () => {
    const users = ['imap-user', 'pop3-user', 'imap-moved', 'pop3-moved'];
    const at24 = (): string[] => users.map((user) => userLine(user));
    backends = stack.use(await startMovingBackends({ at24, at23: () => [] }));
    const { ports } = backends;
    const tapPorts = await freePorts(2);
    for (const [n, protocol] of PROTOCOLS.entries()) {
      taps[protocol] = stack.use(await startTap(tapPorts[n] ?? 0, { host: AT_24, port: ports[protocol] }));
    }
    front = stack.use(
      await startFront({
        users: Object.fromEntries(
          PROTOCOLS.flatMap((protocol) => [
            [`${protocol}-user`, `host=127.0.0.1 port=${taps[protocol].port}`],
            [`${protocol}-moved`, `nologin=y host=${AT_24} port=${ports[protocol]}`],
          ]),
        ),
        settings: 'imap_id_retain = yes\nimap_id_log = x-multiplex\n',
      }),
    );
    const [imap = 0, pop3 = 0] = await freePorts(2, HOP);
    own = { imap, pop3 };
    hop = stack.use(await startDovecot24({ config: () => hopConfig(own, front) }));
  });
  afterAll(() => stack.disposeAsync());

  const login = (protocol: Protocol, user: string): Promise<void> =>
    mailLogin[protocol]({ host: HOP, port: own[protocol], from: CLIENT }, user, USER_PASSWORD);

  /** Of the next connection: the first line that begins like this. */
  const introduction = async (protocol: Protocol, word: string, talk: () => Promise<void>): Promise<string> => {
    const number = taps[protocol].connections.length;
    await talk();
    const { said } = await taps[protocol].ended(number);
    const lines = said.flatMap(({ from, bytes }) => (from === 'C' ? bytes.split('\r\n') : []));
    return lines.find((line) => line.startsWith(word)) ?? '';
  };

  const WORDS = {
    imap: () =>
      new RegExp(
        `^I ID \\("x-session-id" "([^"]+)" "x-originating-ip" "${CLIENT}" "x-originating-port" "\\d+" ` +
          `"x-connected-ip" "${HOP}" "x-connected-port" "${own.imap}" "x-proxy-ttl" "5" ` +
          '"x-client-transport" "insecure" "x-forward-who" "me"\\)$',
      ),
    pop3: () =>
      new RegExp(`^XCLIENT ADDR=${CLIENT} PORT=\\d+ SESSION=(\\S+) TTL=5 CLIENT-TRANSPORT=insecure FORWARD=d2hvPW1l$`),
  } as const;

  test.each([
    ['imap', 'I ID ', HOP],
    ['pop3', 'XCLIENT ', AT_24],
  ] as const)('%s: the backend hears of the client what the hop said', async (protocol, word, lip) => {
    const user = `${protocol}-user`;
    const said = await introduction(protocol, word, () => login(protocol, user));
    expect(said).toMatch(WORDS[protocol]());
    const session = (WORDS[protocol]().exec(said)?.[1] ?? '').replace(/[+/]/g, '\\$&');
    await hop.logged(new RegExp(`proxy\\(${user},.*session=<${session}>`));
    await front.homing.logged(new RegExp(`proxy\\(${user},.*rip=${CLIENT}.*session=<${session}>`));
    await backends.dovecot24.logged(
      new RegExp(`Logged in: user=<${user}>, rip=${CLIENT}, lip=${lip}, .*session=<${session}>, who=<me>`),
    );
  });

  test('the hop has asked for frames', async () => {
    await login('imap', 'imap-user');
    await front.homing.logged(new RegExp(`ID sent: x-multiplex=0: .*rip=${CLIENT}`));
  });

  test.each(PROTOCOLS)('%s: a hop follows our referral', async (protocol) => {
    const user = `${protocol}-moved`;
    await login(protocol, user);
    await hop.logged(new RegExp(`proxy\\(${user},${AT_24}:\\d+\\): Started proxying`));
    await backends.dovecot24.logged(new RegExp(`Logged in: user=<${user}>`));
  });

  const talk = async (protocol: Protocol, from: string, commands: readonly string[]): Promise<string[]> => {
    using client: LineClient = await openLineClient({ host: FRONT, port: front[protocol], from });
    const replies = [await client.line()];
    for (const command of commands) {
      client.send(`${command}\r\n`);
      const [tag = ''] = command.split(' ');
      replies.push(
        ...(protocol === 'pop3'
          ? [await client.line()]
          : await client.linesUntil((line) => line.startsWith(`${tag} `))),
      );
    }
    return replies;
  };

  test('a client’s own ID is passed on, without what only hops say', async () => {
    const id = 'i ID ("name" "mine" "X-Multiplex" "0" "x-client-transport" "TLS" "x-connected-name" "be")';
    const said = await introduction('imap', 'I ID ', async () => {
      const replies = await talk('imap', CLIENT, [id, `a LOGIN imap-user ${USER_PASSWORD}`, 'b LOGOUT']);
      expect(replies.join('\n')).toMatch(/\ni OK ID completed\.\na OK .*\n\* BYE .*\nb OK /);
    });
    expect(said).toMatch(/^I ID \("name" "mine" "x-session-id" "\S+" "x-originating-ip"/);
    expect(said).not.toMatch(/multiplex|transport|connected-name/i);
  });

  const XCLIENT24 =
    'XCLIENT ADDR=10.9.9.9 PORT=999 DESTADDR=10.1.2.3 DESTPORT=995 SESSION=abc TTL=6 CLIENT-TRANSPORT=TLS DESTNAME=pop.example.com';

  test('POP3: what the newest 2.4 says of its own end', async () => {
    const said = await introduction('pop3', 'XCLIENT ', async () => {
      const replies = await talk('pop3', TRUSTED_HOP, [XCLIENT24, 'USER pop3-user', `PASS ${USER_PASSWORD}`, 'QUIT']);
      expect(replies).toEqual([
        '+OK [XCLIENT] Dovecot (Debian) ready.',
        '+OK Updated',
        '+OK',
        '+OK Logged in.',
        expect.any(String),
      ]);
    });
    expect(said).toBe(XCLIENT24.replace('TTL=6', 'TTL=5'));
    await front.homing.logged(/proxy\(pop3-user,.*rip=10\.9\.9\.9, lip=10\.1\.2\.3, .*session=<abc>/);
    await backends.dovecot24.logged(/Logged in: user=<pop3-user>, rip=10\.9\.9\.9, .*session=<abc>/);
  });

  test('POP3: nobody else may say it', async () => {
    const said = await introduction('pop3', 'XCLIENT ', async () => {
      const replies = await talk('pop3', CLIENT, [XCLIENT24, 'USER pop3-user', `PASS ${USER_PASSWORD}`, 'QUIT']);
      expect(replies[1]).toBe('+OK You are not from trusted IP - ignoring');
    });
    expect(said).toMatch(new RegExp(`^XCLIENT ADDR=${CLIENT} PORT=\\d+ SESSION=\\S+ TTL=4$`));
  });
});
