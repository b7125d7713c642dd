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

/** A director, the neighbour on its right that the test plays, and the addresses of those who will misbehave. */
type Target = { readonly director: Member; readonly right: RightPeer; readonly network: number };

const peerOf = ({ network }: Target, i: number): string => `127.2.${network}.${10 + i}`;

const startTarget = async (stack: AsyncDisposableStack, letter: string, network: number): Promise<Target> => {
  const right = stack.use(await startRightPeer(`127.2.${network}.250`));
  const peers = Array.from({ length: PEERS }, (_, i) => `127.2.${network}.${10 + i}`);
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

const fill = (text: string, target: Target, peer: string): string =>
  text
    .replaceAll(/\bME\t(?=ME\t)/g, 'HELLO\t')
    .replaceAll(/\bME\b(?=\t24201)/g, peer)
    .replaceAll('HELLO\t', 'ME\t')
    .replaceAll('YOU', target.director.place.address)
    .replaceAll('NOW', String(Math.floor(Date.now() / 1000)));

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

/** What was wrong with its input. */
const complaints = (target: Target, peer: string): string[] =>
  logOf(target, peer)
    .flatMap((line) => /(?:Command|Received|disconnected us) .*/.exec(line) ?? [])
    .map((line) => mask(line, target).replaceAll(peer.slice(peer.lastIndexOf('.')), '.PEER'));

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
    const [real, own] = [await refuse(theirs, i), await refuse(ours, i)];
    expect(own).toEqual(real);
    for (const target of [theirs, ours]) {
      const lines = (): string[] => logOf(target, peerOf(target, i));
      const isLogged = (): boolean => lines().some((line) => log.test(line));
      await until(`${String(log)} in the log of ${target.director.kind}`, 2000, isLogged).catch((error: unknown) => {
        throw new Error(lines().join('\n'), { cause: error });
      });
    }
  });

  test.each(afterHandshake.map((line, i) => ({ line, i })))('after the handshake: $line', async ({ i }) => {
    const [real, own] = [await afterwards(theirs, i), await afterwards(ours, i)];
    expect(own).toEqual(real);
    const [theirPeer, ourPeer] = [peerOf(theirs, badHandshakes.length + i), peerOf(ours, badHandshakes.length + i)];
    expect(complaints(ours, ourPeer)).toEqual(complaints(theirs, theirPeer));
  });

  test('who broke the protocol is refused for a while', async () => {
    const i = badHandshakes.findIndex(([what]) => what === 'an unknown command');
    for (const target of [theirs, ours]) {
      using client = await openPeer(target.director, peerOf(target, i));
      client.send(hello(peerOf(target, i)));
      await client.closed();
      expect(target.director.log()).toMatch(/Remote sent invalid protocol data recently, waiting \d+ secs/);
    }
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
        const logged = (): boolean => /Handshaking ME timed out \(1\d\.\d+ secs/.test(target.director.log());
        await until('the reason in the log', 2000, logged);
        return answer(bytes.split('\n'), target);
      }),
    );
    expect(said[1]).toEqual(said[0]);
  });
});
