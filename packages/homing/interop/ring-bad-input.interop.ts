/** A hostile peer at the ring port: our director answers as Dovecot's does, and keeps its ring and its users. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLineClient } from './lib/line-client.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { directorRows } from './ring/admin.ts';
import { afterHandshake, badHandshakes } from './ring/bad-input-cases.ts';
import { kindsOf } from './ring/compositions.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { createRing, RING_PORT } from './ring/ring.ts';
import { handshake, hello, joined, openPeer, type RightPeer, startRightPeer } from './ring/scripted-peer.ts';

const FIRST_NETWORK = 110;
/** Who breaks the protocol is shut out for 60 s: every case has an address of its own. */
const PEERS = badHandshakes.length + afterHandshake.length;
const MORE_PEERS = 3;

/** A director, the neighbour on its right that the test plays, and the addresses of those who will misbehave. */
type Target = { readonly director: Member; readonly right: RightPeer; readonly network: number };

const peerOf = ({ network }: Target, i: number): string => `127.2.${network}.${10 + i}`;

const startTarget = async (stack: AsyncDisposableStack, letter: string, network: number): Promise<Target> => {
  const right = stack.use(await startRightPeer(`127.2.${network}.250`));
  const peers = Array.from({ length: PEERS + MORE_PEERS }, (_, i) => `127.2.${network}.${10 + i}`);
  const ring = stack.use(
    await createRing({
      network: loopback(network, 1),
      kinds: kindsOf(letter),
      peers: [...peers, `127.2.${network}.250`],
    }),
  );
  const [director] = ring.members;
  if (director === undefined) throw new Error('no director');
  await director.start();
  await until('the right neighbour', 30_000, async () =>
    directorRows(await director.ask('DIRECTOR-LIST')).some(({ type }) => type === 'right'),
  );
  return { director, right, network };
};

const now = (): number => Math.floor(Date.now() / 1000);

const fill = (text: string, target: Target, peer: string): string =>
  text
    .replaceAll(/\bME\t(?=ME\t)/g, 'HELLO\t')
    .replaceAll(/\bME\b(?=\t24201)/g, peer)
    .replaceAll('HELLO\t', 'ME\t')
    .replaceAll('YOU', target.director.place.address)
    .replaceAll('NOW', String(now()));

const mask = (text: string, { network }: Target): string =>
  text.replaceAll(`127.2.${network}.`, '127.2.N.').replaceAll(/\b1[789]\d{8}\b/g, 'TIME');

/** PINGs come by time. */
const answer = (lines: readonly string[], target: Target): string[] =>
  lines.filter((line) => !line.startsWith('PING\t')).map((line) => mask(line, target));

/** All it says to a peer that says this and nothing else, up to the end. */
const refuse = async (target: Target, i: number): Promise<string[]> => {
  const peer = peerOf(target, i);
  const [, bytes = ''] = badHandshakes[i] ?? [];
  using client = await openPeer(target.director, peer);
  client.send(fill(bytes, target, peer));
  return answer((await client.closed()).split('\n'), target);
};

/** All that was logged about a peer. */
const logOf = ({ director }: Target, peer: string): string[] =>
  director
    .log()
    .split('\n')
    .filter((line) => line.includes(`(${peer}/`) || line.includes(`(${peer}:`));

const logged = async ({ director }: Target, pattern: RegExp, from = 0): Promise<void> => {
  const log = (): string => director.log().slice(from);
  await until(`${String(pattern)} in the log of ${director.kind}`, 2000, () => pattern.test(log())).catch(
    (error: unknown) => {
      throw new Error(log(), { cause: error });
    },
  );
};

/** What was wrong with its input. */
const complaints = (target: Target, peer: string): string[] =>
  logOf(target, peer)
    .flatMap((line) => /(?:Command|Received|disconnected us) .*/.exec(line) ?? [])
    // Ours writes no control characters into its log.
    .map((line) =>
      mask(line, target)
        .replaceAll(peer.slice(peer.lastIndexOf('.')), '.PEER')
        .replaceAll('\t', '?'),
    );

const noLeft = (target: Target): Promise<boolean> =>
  until('no left neighbour', 10_000, async () =>
    directorRows(await target.director.ask('DIRECTOR-LIST')).every(({ type }) => type !== 'left' && type !== 'in'),
  );

/** What it answers to one line from its left neighbour, with a PING behind it. */
const afterwards = async (target: Target, i: number): Promise<string[]> => {
  const peer = peerOf(target, badHandshakes.length + i);
  using client = await openPeer(target.director, peer);
  client.send(handshake(peer));
  await joined(client);
  client.send(`${fill(afterHandshake[i] ?? '', target, peer)}\nPING\t1\t0\n`);
  const lines: string[] = [];
  const isOver = (line: string): boolean => /^(PONG|QUIT)\b/.test(line);
  for (;;) {
    const line = await client.line().catch(() => 'CLOSED');
    lines.push(line);
    if (line === 'CLOSED' || isOver(line)) break;
  }
  client[Symbol.dispose]();
  await noLeft(target);
  return answer(lines, target);
};

describeWithDovecot('bad input on the ring port', () => {
  const stack = new AsyncDisposableStack();
  let theirs: Target;
  let ours: Target;

  beforeAll(async () => {
    theirs = await startTarget(stack, 'D', FIRST_NETWORK);
    ours = await startTarget(stack, 'H', FIRST_NETWORK + 1);
  });
  afterAll(() => stack.disposeAsync());

  test.each(badHandshakes.map(([what, , log], i) => ({ what, log, i })))('$what', async ({ log, i }) => {
    const before = [theirs, ours].map(({ director }) => director.log().length);
    const [real, own] = [await refuse(theirs, i), await refuse(ours, i)];
    expect(own).toEqual(real);
    for (const [n, target] of [theirs, ours].entries()) await logged(target, log, before[n]);
  });

  test.each(afterHandshake.map((line, i) => ({ line, i })))('after the handshake: $line', async ({ i }) => {
    const [real, own] = [await afterwards(theirs, i), await afterwards(ours, i)];
    expect(own).toEqual(real);
    const [theirPeer, ourPeer] = [peerOf(theirs, badHandshakes.length + i), peerOf(ours, badHandshakes.length + i)];
    const isLogged = (): boolean => complaints(ours, ourPeer).length > 0 && complaints(theirs, theirPeer).length > 0;
    if (real.some((line) => line.startsWith('QUIT'))) await until('both to say why', 2000, isLogged);
    const [their, our] = [complaints(theirs, theirPeer), complaints(ours, ourPeer)];
    // Dovecot has two words about some lines.
    expect(our).toEqual(their.slice(0, our.length));
    expect(our.length > 0).toBe(their.length > 0);
  });

  test('who broke the protocol is refused for a while', async () => {
    const i = badHandshakes.findIndex(([what]) => what === 'an unknown command');
    for (const target of [theirs, ours]) {
      using client = await openPeer(target.director, peerOf(target, i));
      client.send(hello(peerOf(target, i)));
      await client.closed();
      await logged(target, /Remote sent invalid protocol data recently, waiting \d+ secs/);
    }
  });

  test('a user on a mail host that we do not have is skipped, where Dovecot ends the connection (B23)', async () => {
    const answers: string[][] = [];
    for (const target of [theirs, ours]) {
      const peer = peerOf(target, PEERS);
      using client = await openPeer(target.director, peer);
      // In one piece: a PING left unread would make the kernel reset the connection, and what was said before is lost.
      const users = [`U\t5\t127.2.201.99\t${now()}`, `U\t6\t127.2.200.11\t${now()}`];
      client.send(`${handshake(peer, users)}PING\t1\t0\n`);
      const lines = await client.linesUntil((line) => /^(QUIT|PONG)/.test(line));
      const commands = answer(lines, target).map((line) => line.split('\t')[0] ?? '');
      answers.push(commands.filter((command) => command !== 'USER'));
      await logged(target, /unknown host 127\.2\.201\.99 in handshake/);
    }
    expect(answers).toEqual([
      ['VERSION', 'ME', 'QUIT'],
      ['VERSION', 'ME', 'DONE', 'PONG'],
    ]);
    const users = await ours.director.ask('USER-LIST');
    expect(users.map((row) => row.split('\t')[0])).toEqual(['6']);
    await noLeft(ours);
  });

  test('strangers are dropped without a byte', async () => {
    for (const target of [theirs, ours]) {
      const stranger = `127.2.${target.network}.253`;
      const { address } = target.director.place;
      using client = await openLineClient({ host: address, port: RING_PORT, from: stranger });
      expect(await client.closed()).toBe('');
      const dropped = `Connection from ${stranger}: Server not listed in director_servers, dropping`;
      await until(dropped, 2000, () => target.director.log().includes(dropped));
    }
  });

  test('who says nothing is dropped after 10 s', async () => {
    const said = await Promise.all(
      [theirs, ours].map(async (target) => {
        using client = await openPeer(target.director, peerOf(target, 0));
        const since = performance.now();
        const bytes = await client.closed(12_000);
        expect(performance.now() - since).toBeGreaterThan(9_500);
        await logged(target, /Handshaking ME timed out \((9\.9|10\.)\d+ secs/);
        return answer(bytes.split('\n'), target);
      }),
    );
    expect(said[1]).toEqual(said[0]);
  });

  test('a flood of connections leaves the ring and its users alone', async () => {
    const before = await ours.director.ask('USER-LIST');
    const peer = peerOf(ours, PEERS + 1);
    const flood = await Promise.all(Array.from({ length: 300 }, () => openPeer(ours.director, peer)));
    const refused = await Promise.all(flood.slice(10).map((client) => client.closed(5000)));
    expect(refused).toEqual(refused.map(() => ''));
    await logged(ours, /Has \d+ connections already, dropping/);
    const friend = peerOf(ours, PEERS + 2);
    using client = await openPeer(ours.director, friend);
    client.send(handshake(friend));
    await joined(client);
    expect(await ours.director.ask('USER-LIST')).toEqual(before);
    for (const one of flood) one[Symbol.dispose]();
  });
});
