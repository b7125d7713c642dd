/** What makes real directors abort (B5, B41, B42 and S15 of the specification) does nothing to ours. */
import { expect, test } from 'vitest';
import { type LineClient, openLineClient } from './lib/line-client.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { directorRows } from './ring/admin.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { createRing, RING_PORT } from './ring/ring.ts';
import { handshake, hello, joined, openPeer, type RightPeer, startRightPeer } from './ring/scripted-peer.ts';

const FIRST_NETWORK = 120;
const VERSION = 'VERSION\tdirector-doveadm\t1\t0';

type Target = { readonly director: Member; readonly peer: (n: number) => string };

/** A lone director; `peers`: so many more in its `director_servers`, with addresses above its own. */
const startTarget = async (
  stack: AsyncDisposableStack,
  letter: string,
  network: number,
  peers: number,
  settings = '',
): Promise<Target> => {
  const peer = (n: number): string => `127.2.${network}.${10 + n}`;
  const ring = stack.use(
    await createRing({
      network: loopback(network, 1),
      kinds: kindsOf(letter),
      peers: Array.from({ length: peers }, (_, n) => peer(n)),
      settings,
      mayCrash: letter === 'D',
    }),
  );
  const [director] = ring.members;
  if (director === undefined) throw new Error('no director');
  await director.start();
  return { director, peer };
};

const openAdmin = async ({ director }: Target): Promise<LineClient> => {
  const client = await openLineClient(director.socket('director-admin'));
  client.send(`${VERSION}\n`);
  expect(await client.line()).toBe(VERSION);
  return client;
};

/** Until the connection ends. */
const answerPings = async (client: LineClient): Promise<void> => {
  for (;;) {
    const line = await client.line(120_000).catch(() => undefined);
    if (line === undefined) return;
    if (line.startsWith('PING')) client.send(`PONG\t${Math.floor(Date.now() / 1000)}\t0\n`);
  }
};

/** A ring of the director and one peer of the test, who is both its neighbours. SYNCs go round until `lost`. */
const joinTwoRing = async (stack: AsyncDisposableStack, target: Target) => {
  const right: RightPeer = stack.use(await startRightPeer(target.peer(0)));
  const answering: Promise<void>[] = [];
  stack.defer(() => Promise.all(answering).then(() => undefined));
  const left = await openPeer(target.director, target.peer(0));
  stack.defer(() => left[Symbol.dispose]());
  let lost = false;
  right.passOn((line) => {
    if (line.startsWith('SYNC\t') && !lost) left.send(`${line}\n`);
  });
  left.send(handshake(target.peer(0)));
  await joined(left);
  answering.push(answerPings(left));
  await until('the ring to be synced', 30_000, async () => {
    const rows = directorRows(await target.director.ask('DIRECTOR-LIST'));
    return rows.some(({ type, status }) => type === 'self' && status === 'ring synced');
  });
  return {
    left,
    right,
    loseSyncs: (from: boolean) => {
      lost = from;
    },
  };
};

const answers = async ({ director }: Target): Promise<void> => {
  expect(await director.ask('HOST-LIST')).toHaveLength(5);
};

const crashed = (real: Target, text: RegExp): Promise<true> =>
  until(`${String(text)} in Dovecot's log`, 10_000, () => text.test(real.director.log()));

describeWithDovecot('what crashes a real director', () => {
  test.concurrent('B5: a flush socket without scheme, on the first move of a user', async () => {
    await using stack = new AsyncDisposableStack();
    const settings = 'director_flush_socket = user-flush\n';
    const [real, ours] = [
      await startTarget(stack, 'D', FIRST_NETWORK, 0, settings),
      await startTarget(stack, 'H', FIRST_NETWORK + 1, 0, settings),
    ];
    for (const { director } of [real, ours]) {
      const [[user = '', host = ''] = []] = await loginAll([director], ['user1']);
      const other = host === '127.2.200.11' ? '127.2.200.12' : '127.2.200.11';
      // The real one dies of it while it answers.
      await director.ask(`USER-MOVE\t${user}\t${other}`).catch(() => undefined);
    }
    await crashed(real, /killed with signal 11/);
    const isMoved = async (): Promise<boolean> =>
      (await ours.director.ask('USER-LOOKUP\tuser1'))[0]?.startsWith('127.2.200.1') ?? false;
    expect(await until('the move to end', 10_000, isMoved)).toBe(true);
    await answers(ours);
  });

  test.concurrent('B41: another change on an admin connection after "Ring sync timed out"', async () => {
    await using stack = new AsyncDisposableStack();
    const targets = [
      await startTarget(stack, 'D', FIRST_NETWORK + 2, 1),
      await startTarget(stack, 'H', FIRST_NETWORK + 3, 1),
    ] as const;
    const rings = [await joinTwoRing(stack, targets[0]), await joinTwoRing(stack, targets[1])] as const;
    for (const target of targets) expect(await target.director.ask('HOST-UPDATE\t127.2.200.11\t90')).toEqual(['OK']);
    for (const { loseSyncs } of rings) loseSyncs(true);
    const clients = [await openAdmin(targets[0]), await openAdmin(targets[1])] as const;
    const replies = await Promise.all(
      clients.map(async (client) => {
        client.send('HOST-SET\t127.2.200.11\t50\n');
        return await client.line(40_000);
      }),
    );
    expect(replies).toEqual(['Ring sync timed out', 'Ring sync timed out']);
    for (const client of clients) client.send('HOST-SET\t127.2.200.12\t50\nHOST-LIST\n');
    await crashed(targets[0], /conn->ring_sync_callback == NULL/);
    await answers(targets[1]);
    // Its SYNC is sent again every 5 s.
    rings[1].loseSyncs(false);
    expect(await clients[1].line()).toBe('OK');
    expect(await clients[1].line()).toMatch(/^127\.2\.200\.11\t50\t/);
    expect(await clients[1].line()).toMatch(/^127\.2\.200\.12\t50\t/);
  });

  test.concurrent('B42: USER-WEAK from a director that joins a ring of two', async () => {
    await using stack = new AsyncDisposableStack();
    const targets = [
      await startTarget(stack, 'D', FIRST_NETWORK + 4, 2),
      await startTarget(stack, 'H', FIRST_NETWORK + 5, 2),
    ] as const;
    for (const target of targets) {
      await joinTwoRing(stack, target);
      const third = await openPeer(target.director, target.peer(1));
      stack.defer(() => third[Symbol.dispose]());
      const { length } = target.director.log();
      third.send(`${hello(target.peer(1))}USER-WEAK\t${target.peer(1)}\t${RING_PORT}\t1\t777\t127.2.200.11\n`);
      if (target === targets[0]) await crashed(target, /director\.c: line \d+.*unreached/);
      else {
        const isKnown = async (): Promise<boolean> =>
          (await target.director.ask('USER-LIST')).some((row) => row.startsWith('777\t')) ||
          target.director.log().slice(length).includes('USER-WEAK');
        await until('the user to be taken or refused', 10_000, isKnown);
        await answers(target);
      }
    }
  });

  test.concurrent('S15: a SYNC in its own name while it lacks a neighbour', async () => {
    await using stack = new AsyncDisposableStack();
    const targets = [
      await startTarget(stack, 'D', FIRST_NETWORK + 6, 1),
      await startTarget(stack, 'H', FIRST_NETWORK + 7, 1),
    ] as const;
    for (const target of targets) {
      const { right, left } = await joinTwoRing(stack, target);
      const own = right.received.filter((line) => line.startsWith(`SYNC\t${target.director.place.address}\t`));
      left[Symbol.dispose]();
      await until('no left neighbour', 10_000, async () =>
        directorRows(await target.director.ask('DIRECTOR-LIST')).every(({ type }) => type !== 'left'),
      );
      const [, ip, port, seq = ''] = own.at(-1)?.split('\t') ?? [];
      const guesses = Array.from({ length: 20 }, (_, i) => Number(seq) + i);
      right.send(
        guesses.map((guess) => `SYNC\t${ip}\t${port}\t${guess}\t9\t${Math.floor(Date.now() / 1000)}\t0\n`).join(''),
      );
      if (target === targets[0]) await crashed(target, /assertion failed/);
      else {
        const sent = right.received.length;
        right.send('PING\t1\t0\n');
        await until('its answer', 10_000, () =>
          right.received.slice(sent).some((line) => /^(PONG|VERSION)/.test(line)),
        );
        await answers(target);
      }
    }
  });
});
