/** director-ring between two real directors: `C` is 127.1.1.1, `S` is 127.1.1.4. */
import { setTimeout as later } from 'node:timers/promises';
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';
import { openLineClient } from '../lib/line-client.ts';
import { freePorts } from '../lib/ports.ts';
import { until } from '../lib/until.ts';
import type { Case, Step } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';
import { type RelayedLine, type RingRelay, startRingRelay } from './ring-relay.ts';
import { HOSTS, SHOWN_PORT } from './ring-site.ts';

type PairSite = Peer & {
  readonly since: number;
  /** What was said since the last call, once all is quiet. */
  next(): Promise<RelayedLine[]>;
  readonly admin: Readonly<Record<'C' | 'S', string>>;
};

const IPS = { C: '127.1.1.1', S: '127.1.1.4' } as const;

/** Nobody has said anything for so long: what the last command led to is over. */
const QUIET_MS = 300;

const config = (ip: string, ring: number, relay: number): string => `
protocols =
director_servers = ${[ip, IPS.C, IPS.S].map((director) => `${director}:${ring}`).join(' ')}
director_mail_servers = ${HOSTS}
director_user_kick_delay = 1s
service director {
  executable = director -t ${relay}
  inet_listener {
    address = ${ip}
    port = ${ring}
  }
}
service ipc {
  unix_listener ipc {
    user = dovecot
  }
}
`;

const start = async (): Promise<PairSite> => {
  await using stack = new AsyncDisposableStack();
  const since = Math.floor(Date.now() / 1000);
  const [ring = 0, relayPort = 0] = await freePorts(2, IPS.C);
  const relay = stack.use(await startRingRelay(IPS, { ring, relay: relayPort }));
  const director = async (ip: string): Promise<Dovecot> =>
    stack.use(await startDovecot({ config: () => config(ip, ring, relayPort) }));
  const first = await director(IPS.C);
  const second = await director(IPS.S);
  const running = stack.move();
  const peer = peerOf(first, () => '', [
    [ring, SHOWN_PORT],
    [relayPort, SHOWN_PORT + 1],
  ]);
  return {
    ...peer,
    files: Object.fromEntries(Object.entries(peer.files).map(([file, text]) => [`pair/${file}`, text])),
    since,
    next: follow(relay),
    admin: { C: first.socket('director-admin'), S: second.socket('director-admin') },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const follow = ({ lines }: RingRelay): (() => Promise<RelayedLine[]>) => {
  let taken = 0;
  return async () => {
    let count = -1;
    while (count !== lines.length) {
      count = lines.length;
      await later(QUIET_MS);
    }
    const fresh = lines.slice(taken);
    taken = count;
    return fresh;
  };
};

/** The answer to one command, up to a line that matches. */
const ask = async (socket: string, command: string, last: RegExp): Promise<string[]> => {
  using client = await openLineClient(socket);
  await client.line();
  client.send(`VERSION\tdirector-doveadm\t1\t0\n${command}\n`);
  return await client.linesUntil((line) => last.test(line));
};

const isSynced = async (socket: string): Promise<boolean> => {
  const rows = await ask(socket, 'DIRECTOR-LIST', /^$/);
  return rows.some((row) => row.includes('\tself\t') && row.includes('\tring synced\t'));
};

/**
 * What came since the last time, in an order that does not depend on chance: one connection after the other, of each
 * first what its opener said, and SYNCs last.
 */
const heard =
  (site: PairSite): Step =>
  async (dialogue) => {
    const lines = await site.next();
    for (const on of new Set(lines.map((said) => said.on).toSorted((a, b) => a - b))) {
      for (const from of on === 1 ? (['C', 'S'] as const) : (['S', 'C'] as const)) {
        const said = lines.filter((line) => line.on === on && line.from === from).map(({ line }) => line);
        const syncs = said.filter((line) => line.startsWith('SYNC\t'));
        dialogue.use(on);
        for (const line of said) if (!syncs.includes(line)) dialogue.record(from, line);
        for (const line of syncs.toSorted()) dialogue.record(from, line);
      }
    }
  };

const joined =
  ({ admin }: PairSite): Step =>
  async () => {
    await ask(admin.C, 'HOST-LIST', /^$/);
    await ask(admin.S, 'HOST-LIST', /^$/);
    for (const socket of [admin.C, admin.S]) await until('a synced ring', 10_000, () => isSynced(socket));
  };

const told = (site: PairSite, whom: 'C' | 'S', command: string): readonly Step[] => [
  async (dialogue) => {
    dialogue.steps.push(`# an administrator of ${whom}: ${command}`);
    await ask(site.admin[whom], command, /^OK/);
  },
  heard(site),
];

const cases = (site: PairSite): Readonly<Record<string, Case>> => ({
  'real-pair': {
    about:
      'two real directors: they form a ring and are given commands; by connection, first what its opener said, SYNCs last\nconnection 1: opened by C\nconnection 2: opened by S',
    script: [
      joined(site),
      heard(site),
      ...told(site, 'C', 'HOST-SET\t127.0.0.15\t50'),
      ...told(site, 'S', 'HOST-DOWN\t127.0.0.12'),
      ...told(site, 'C', 'USER-MOVE\t1669653170\t127.0.0.11'),
      ...told(site, 'S', 'USER-KICK\talice'),
      ...told(site, 'C', 'USER-KICK-ALT\tuser_group\tg1'),
      ...told(site, 'S', 'HOST-FLUSH\t127.0.0.11'),
      ...told(site, 'C', 'HOST-REMOVE\t127.0.0.15'),
      ...told(site, 'S', 'DIRECTOR-ADD\t127.1.1.9'),
    ],
  },
});

export const ringPair: Recording<PairSite> = { protocol: 'director-ring', fresh: true, start, cases };
