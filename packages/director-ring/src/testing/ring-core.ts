/** One director's core whose neighbours are a test: it says lines to it and hears what it sends. */
import { type Director, startDirector } from '../core/director.ts';
import type { Effect } from '../core/effect.ts';
import { parseMailServers } from '../core/host/mail-servers.ts';
import { acceptPeer, peerConnected, peerLost, receiveBytes, settleRing, startRing } from '../core/ring/events.ts';
import type { Peer } from '../core/ring/peer.ts';
import type { DirectorSettings } from '../core/settings.ts';
import { continueWaiting, nextDeadline, tick } from '../core/tick.ts';
import { ip, START } from './core.ts';
import { testSettings } from './start.ts';

export type Neighbour = {
  readonly id: number;
  /** Lines as the spec prints them, without LF; `\t` is a TAB. */
  say(...lines: readonly string[]): void;
  /** What was sent to it since the last call, line by line. PING and PONG are left out. */
  heard(): string[];
  isClosed(): boolean;
  close(): void;
};

export const startRingCore = (
  others: readonly string[],
  changed: Partial<DirectorSettings> = {},
  self = '127.0.0.1',
) => {
  const director = startCore(others, changed, self);
  let now = START;
  const sent = new Map<number, string>();
  const closed = new Set<number>();
  const connecting: number[] = [];
  const logged: string[] = [];
  /** Everything that happened, oldest first. */
  const effects: Effect[] = [];

  const settle = (): void => {
    do {
      settleRing(director, now);
      for (const effect of director.effects.splice(0)) {
        effects.push(effect);
        if (effect.do === 'ring-send') sent.set(effect.peer, (sent.get(effect.peer) ?? '') + effect.text);
        else if (effect.do === 'ring-close') closed.add(effect.peer);
        else if (effect.do === 'ring-connect') connecting.push(effect.peer);
        else if (effect.do === 'log') logged.push(effect.text);
      }
      if (director.isChanged) continueWaiting(director, now);
    } while (director.effects.length > 0 || director.isChanged);
  };
  const neighbour = (id: number): Neighbour => ({
    id,
    say(...lines) {
      receiveBytes(director, id, lines.map((line) => `${line.replaceAll('\\t', '\t')}\n`).join(''), now);
      settle();
    },
    heard() {
      const text = sent.get(id) ?? '';
      sent.delete(id);
      return shownLines(text);
    },
    isClosed: () => closed.has(id),
    close() {
      peerLost(director, id, '', now);
      settle();
    },
  });
  startRing(director);
  settle();
  return {
    director,
    logged,
    effects,
    settle,
    now: () => now,
    seconds: () => Math.floor(now / 1000),
    /** Somebody connects to us; undefined if it is refused. */
    connectFrom(address: string): Neighbour | undefined {
      const peer = acceptPeer(director, ip(address), now);
      settle();
      return peer === undefined ? undefined : neighbour(peer.id);
    },
    /** The connection that we are opening, now open. */
    accept(): Neighbour | undefined {
      const id = connecting.shift();
      if (id !== undefined) peerConnected(director, id, now);
      settle();
      return id === undefined ? undefined : neighbour(id);
    },
    refuse(): void {
      const id = connecting.shift();
      if (id !== undefined) peerLost(director, id, 'Connection refused', now);
      settle();
    },
    connecting: (): string[] => connecting.map((id) => nameOf(director.ring.peers.get(id))),
    wait(ms: number): void {
      const until = now + ms;
      const next = (): number => nextDeadline(director, now) ?? Number.POSITIVE_INFINITY;
      while (next() <= until) {
        now = Math.max(now, next());
        tick(director, now);
        settle();
      }
      now = until;
    },
  };
};

const shownLines = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replaceAll('\t', '\\t'))
    .filter((line) => !/^P[IO]NG/.test(line));

const startCore = (others: readonly string[], changed: Partial<DirectorSettings>, self: string): Director => {
  const host = (address: string) => ({ ip: ip(address), port: 21_100 });
  const settings = { ...testSettings, ...changed };
  return startDirector({
    settings,
    self: host(self),
    others: others.map(host),
    mailHosts: parseMailServers(settings.director_mail_servers).flatMap((item) =>
      item.item === 'address' ? [{ ip: item.ip, hostname: '', tag: item.tag }] : [],
    ),
    isRestart: false,
    hostVariable: () => undefined,
    now: START,
    seed: 1,
  });
};

const nameOf = (peer: Peer | undefined): string => peer?.member?.ip ?? '';

/** All that an incoming neighbour says before it may be our left. */
export const greeting = (address: string, seconds: number): string[] => [
  'VERSION\\tdirector\\t1\\t9',
  `ME\\t${address}\\t21100\\t${seconds}`,
];
export const joining = ['HOST-HAND-START\\t0', 'HOST-HAND-END\\t0', 'OPTIONS\\tconsistent-hashing', 'DONE'];
