import { createMemoryLog } from '@homing/io';
import type { IpcReply } from '@homing/wire';
import { cutAnywhere } from '@homing/wire/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectTo } from '../testing/peer.ts';
import { createAnvil } from './anvil.ts';
import type { AskProxies } from './anvil-24.ts';

const HELLO = 'VERSION\tanvil-client\t2\t0\n\n';
const SERVER = 'VERSION\tanvil-server\t2\t0\n';
const GUIDS = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
const ZEROS = '0'.repeat(32);

const replies = (...lines: readonly string[]): readonly IpcReply[] =>
  lines.map((line) => ({ reply: line[0] === ':' ? 'line' : line[0] === '+' ? 'ok' : 'error', data: line.slice(1) }));

const LIST = 'LIST-FULL\tconn-guid';

/** Two of our login workers, and a login process of Dovecot 2.3. */
const PROCESSES: Readonly<Record<number, Readonly<Record<string, readonly IpcReply[]>>>> = {
  7: {
    [LIST]: replies(
      ':username\tuser_group\tservice\tsrc-ip\tdest-ip\tdest-port\tconn-guid',
      `:al\x01tice\tg\timap\t10.9.9.9\t10.0.0.1\t143\t${GUIDS[0]}`,
      `:bob\tg\tpop3\t10.9.9.8\t10.0.0.2\t110\t${GUIDS[1]}`,
      '+',
    ),
    'KICK\tbob': replies('+1'),
    'KICK-ALT\tuser_group\tg': replies('+2'),
    [`KICK-GUID\tbob\t${GUIDS[1]}`]: replies('+1'),
  },
  8: {
    [LIST]: replies(
      ':username\tservice\tsrc-ip\tdest-ip\tdest-port\tconn-guid',
      `:bob\timap\t::1\t10.0.0.1\t143\t${GUIDS[2]}`,
      '+',
    ),
    'KICK\tbob': replies('+1'),
    'KICK-ALT\tuser_group\tg': replies('+0'),
    [`KICK-GUID\tbob\t${GUIDS[1]}`]: replies('+0'),
  },
  9: {
    [LIST]: replies(':username\tservice\tsrc-ip\tdest-ip\tdest-port', ':old\timap\t10.9.9.9\t10.0.0.1\t143', '+'),
    'KICK\tbob': replies('+1'),
    'KICK-ALT\tuser_group\tg': replies('+0'),
    [`KICK-GUID\tbob\t${GUIDS[1]}`]: replies('-Unknown command'),
  },
};

const start = (processes = PROCESSES) => {
  const log = createMemoryLog('anvil');
  const asked: string[] = [];
  const later: (() => void)[] = [];
  const askProxies: AskProxies = (command, done) => {
    asked.push(command);
    later.push(() =>
      done(Object.entries(processes).map(([pid, answers]) => ({ pid: Number(pid), replies: answers[command] ?? [] }))),
    );
  };
  /** Answers what was asked, and what is asked then. */
  const settle = (): void => {
    for (let next = later.shift(); next !== undefined; next = later.shift()) next();
  };
  const anvil = createAnvil({ log, now: () => 1_795_300_000_000, askProxies });
  return { anvil, asked, settle, log: () => log.entries.map(({ text }) => text) };
};

const DUMP = `user_group
7\tal\x01tice\timap-login\t10.9.9.9\t${GUIDS[0]}\t10.0.0.1\tg
7\tbob\tpop3-login\t10.9.9.8\t${GUIDS[1]}\t10.0.0.2\tg
8\tbob\timap-login\t::1\t${GUIDS[2]}\t10.0.0.1\t
9\told\timap-login\t10.9.9.9\t${ZEROS}\t10.0.0.1\t

`;

test.each([
  ['CONNECT-DUMP', DUMP, []],
  ['KICK-USER\tbob', '3\n', []],
  ['KICK-ALT-USER\tuser_group\tg', '2\n', []],
  // Spared are the sessions of a client, not those of a backend.
  ['KICK-ALT-USER\tuser_group\tg\t10.9.9.9', '1\n', ['KICK-GUID: login process 9: Unknown command']],
  ['KICK-ALT-USER\tuser_nosuch\tg\t10.9.9.9', '0\n', []],
  [`KICK-USER\tbob\t${GUIDS[1]}`, '1\n', ['KICK-GUID: login process 9: Unknown command']],
  ['PENALTY-DUMP', '\n', []],
])('%j', async (command, answer, logged) => {
  const { anvil, settle, log } = start();
  const client = await connectTo(anvil.client);
  client.say(`${HELLO}${command}\n`);
  settle();
  expect(client.heard()).toBe(SERVER + answer);
  expect(log()).toEqual(logged);
});

test('answers do not depend on where reads were cut, and come in the order of the questions', async () => {
  await fc.assert(
    fc.asyncProperty(cutAnywhere(`${HELLO}CONNECT-DUMP\nKICK-USER\tbob\nPENALTY-DUMP\n`), async (pieces) => {
      const { anvil, settle } = start();
      const client = await connectTo(anvil.client);
      for (const piece of pieces) client.say(piece);
      settle();
      expect(client.heard()).toBe(`${SERVER}${DUMP}3\n\n`);
    }),
  );
});

test('a command waits for the answer to the one before it', async () => {
  const { anvil, asked, settle } = start();
  const client = await connectTo(anvil.client);
  client.say(`${HELLO}CONNECT-DUMP\nKICK-USER\tbob\n`);
  expect(asked).toEqual([LIST]);
  settle();
  expect(asked).toEqual([LIST, 'KICK\tbob']);
});

test('connections that were reported by 2.3’s protocol are listed', async () => {
  const { anvil, settle } = start({});
  (await connectTo(anvil.client)).say(
    'VERSION\tanvil\t1\t0\nCONNECT\t5\timap/10.0.0.9/a/b\nCONNECT\t5\timap/10.0.0.9/a/b\n',
  );
  const client = await connectTo(anvil.client);
  client.say(`${HELLO}CONNECT-DUMP\n`);
  settle();
  const row = `5\ta/b\timap\t10.0.0.9\t${ZEROS}\t\n`;
  expect(client.heard()).toBe(`${SERVER}\n${row}${row}\n`);
});

test('a login process that lists nonsense is left out', async () => {
  const { anvil, settle, log } = start({ 7: { [LIST]: replies(':a\timap', '+') }, 8: { [LIST]: replies('-gone') } });
  const client = await connectTo(anvil.client);
  client.say(`${HELLO}CONNECT-DUMP\n`);
  settle();
  expect(client.heard()).toBe(`${SERVER}\n\n`);
  expect(log()).toEqual([
    'LIST-FULL: login process 7: list of sessions without a header',
    'LIST-FULL: login process 8: gone',
  ]);
});

test.each([
  ['VERSION\tanvil-client\t3\t0\n', '', /not compatible .*anvil-client\t3\t0$/],
  ['VERSION\tanvil-client\t2\t0\nimap-login\t77\n', SERVER, /service imap-login belongs to a Dovecot/],
  [`${HELLO}\n`, SERVER, /input error: Anvil client sent empty line/],
  [`${HELLO}NOSUCH\n`, SERVER, /input error: Unknown command: NOSUCH/],
  [`${HELLO}LOOKUP\ta\timap\t::1\n`, SERVER, /LOOKUP: Not allowed on this connection type/],
  [`${HELLO}KICK-USER\tu\tx\n`, SERVER, /KICK-USER: Invalid conn-guid/],
  [HELLO + 'x'.repeat(1100), SERVER, /sent too much data/],
])('%j ends the connection with one line', async (bytes, heard, text) => {
  const { anvil, log } = start();
  const client = await connectTo(anvil.client);
  client.say(bytes);
  expect({ heard: client.heard(), isClosed: client.isClosed() }).toEqual({ heard, isClosed: true });
  expect(log()).toEqual([expect.stringMatching(text)]);
});
