/**
 * Plays a recorded dialogue of the ring to a director's core: the script's lines go in, what comes out is compared with
 * what Dovecot's director said, connection by connection. protocol-fixtures/README.md says what has to be equal.
 */
import { type ByteString, parseDirectorAdminCommand } from '@homing/wire';
import type { Fixture, FixtureStep } from '@homing/wire/testing';
import { runCommand } from '../core/admin/run-command.ts';
import type { Effect, LateAnswer } from '../core/effect.ts';
import { kickFinished } from '../core/move/kick-finished.ts';
import { requestHost } from '../core/request/requests.ts';
import { peerLost, receiveBytes } from '../core/ring/events.ts';
import { START } from './core.ts';
import { startRingCore } from './ring-core.ts';

const SELF = '127.1.1.1';
const [LOGIN, ADMIN] = [8, 9];
const RECORDED_PORT = '9090';
const PORT = '21100';
/** The recording's clock stood there. */
const RECORDED_AT = 1_795_300_000;
const SHIFT = START / 1000 - RECORDED_AT;
const CLOSED = '<close>';
const UNTAGGED = '127.0.0.11 127.0.0.12';
const TAGGED = `${UNTAGGED} 127.0.0.13@tagA 127.0.0.14@tagA`;
/** A peer that does not leave after CONNECT is closed after 10 s, one that does not finish its handshake after 40. */
const PATIENCE_MS = 45_000;
const STEP_MS = 250;

type Ring = ReturnType<typeof startRingCore>;
type Connection = { readonly id: number; readonly said: string[] };
type Address = { readonly way: string; readonly ip: string };

const shifted = (text: string, by: number): string =>
  text.replaceAll(/(?<!\d)1795[23]\d{5}\b/g, (time) => String(Number(time) + by));

const numbered = (text: string, by: number): string =>
  text.replace(
    new RegExp(`^((?!SYNC|ME\\t)[A-Z-]+\\t${SELF}\\t\\d+\\t)(\\d+)`, 'm'),
    (_, start: string, seq: string) => start + String(Number(seq) + by),
  );

const isOwnSync = (line: string): boolean => line.startsWith(`SYNC\t${SELF}\t`);

/** By connection. */
export type Lines = Readonly<Record<number, readonly string[]>>;

export type Replayed = {
  /** What was recorded and what our director says. Equal, if all is well. */
  readonly recorded: Lines;
  readonly ours: Lines;
  /** What our director says besides: of the lines it may, those in between; and all behind the end of the recording. */
  readonly more: Lines;
};

/** `may`: what our director may say in between, each line once. */
export const replayRing = (
  fixture: Fixture,
  cut: (bytes: ByteString) => readonly ByteString[],
  may: Lines = {},
): Replayed => {
  const stage = createStage(fixture, cut);
  const recorded = new Map<number, string[]>();
  const ours = new Map<number, string[]>();
  const more = new Map<number, string[]>();
  const isMore = (on: number, line: string | undefined, expected: string): line is string =>
    line !== undefined &&
    line !== expected &&
    may[on]?.includes(line) === true &&
    more.get(on)?.includes(line) !== true;
  const add = (to: Map<number, string[]>, on: number, line: string): void => {
    to.set(on, [...(to.get(on) ?? []), line.replace(/^(ME\t.*\t)\d+$/, '$1')]);
  };
  for (const [on, steps] of turns(fixture)) {
    if (steps[0]?.from === 'C') {
      if (steps.some((step) => 'close' in step)) stage.close(on);
      else
        stage.tell(
          on,
          steps.flatMap((step) => ('bytes' in step ? [step.bytes] : [])),
        );
      continue;
    }
    stage.open(on);
    for (const step of steps) {
      const line = shownLine(on, step);
      if (line === undefined || isOwnSync(line)) continue;
      add(recorded, on, line);
      let next = stage.next(on);
      for (; isMore(on, next, line); next = stage.next(on)) add(more, on, next);
      if (next !== undefined) add(ours, on, next);
    }
  }
  stage.linger();
  for (const on of stage.connections()) {
    for (const line of stage.rest(on)) add(more, on, line);
  }
  return { recorded: Object.fromEntries(recorded), ours: Object.fromEntries(ours), more: Object.fromEntries(more) };
};

/** Of what a login process is told, the mail host alone is the director's. */
const shownLine = (on: number, step: Said): string | undefined => {
  if (!('bytes' in step)) return CLOSED;
  return on === LOGIN ? /\thost=(\S+)/.exec(step.bytes)?.[1] : toOurPort(step.bytes.replace(/\n$/, ''));
};

const toOurPort = (line: ByteString): ByteString => line.replaceAll(`\t${RECORDED_PORT}`, `\t${PORT}`);

/** The director, and the connections that the script plays. */
const createWorld = (fixture: Fixture) => {
  const director_mail_servers = /\/minor-[456]$/.test(fixture.name) ? UNTAGGED : TAGGED;
  const settings = { director_mail_servers, director_user_kick_delay: 1, director_user_expire: 900 };
  const ring = startRingCore(['127.1.1.4', '127.1.1.5', '127.1.1.7', '127.1.1.9'], settings, SELF);
  const base = ring.director.ring.self.lastSeq;
  const addresses = addressesOf(fixture);
  const connections = new Map<number, Connection>();
  const pinged: number[] = [];
  let ownSync = '';
  let seen = 0;

  const said = (on: number): string[] => connections.get(on)?.said ?? [];
  const note = (on: number, line: string): void => {
    if (isOwnSync(line)) ownSync = line;
    else if (!/^P[IO]NG\b/.test(line)) said(on).push(shifted(numbered(line, -base), -SHIFT));
  };
  const take = (effect: Effect): void => {
    if (effect.do === 'kick') kickFinished(ring.director, effect.id, undefined, ring.now());
    else if (effect.do === 'answer') note(LOGIN, shownAnswer(effect.answer));
    else if (effect.do === 'reply') note(ADMIN, effect.reply.replace(/\n$/, ''));
    else if (effect.do === 'ring-send' || effect.do === 'ring-close') {
      const [on] = [...connections].find(([, { id }]) => id === effect.peer) ?? [0];
      if (effect.do === 'ring-close') note(on, CLOSED);
      else for (const line of effect.text.split('\n').slice(0, -1)) note(on, line);
      if (effect.do === 'ring-send' && /^PING\b/m.test(effect.text)) pinged.push(effect.peer);
    }
  };
  /** What follows from what was done; connections to somebody whom the script does not play are refused. */
  const go = (): void => {
    ring.settle();
    for (;;) {
      for (; seen < ring.effects.length; seen++) {
        const effect = ring.effects[seen];
        if (effect !== undefined) take(effect);
        ring.settle();
      }
      const [address] = ring.connecting();
      if (address === undefined) return;
      const isIt = ([on, { way, ip }]: readonly [number, Address]): boolean =>
        way === 'to' && ip === address && !connections.has(on);
      const on = [...addresses].find(isIt)?.[0];
      const neighbour = on === undefined ? undefined : ring.accept();
      if (on === undefined || neighbour === undefined) ring.refuse();
      else connections.set(on, { id: neighbour.id, said: [] });
    }
  };
  const open = (on: number): number => {
    const address = addresses.get(on);
    if (!connections.has(on) && address?.way === 'from') {
      const id = ring.connectFrom(address.ip)?.id;
      connections.set(on, { id: id ?? -1, said: id === undefined ? [CLOSED] : [] });
    } else if (!connections.has(on) && address === undefined) {
      connections.set(on, { id: -1, said: on === ADMIN ? ['VERSION\tdirector-doveadm\t1\t0'] : [] });
    }
    go();
    return connections.get(on)?.id ?? -1;
  };
  /** Until it is there, or for long enough. */
  const patiently = (isThere: () => boolean): void => {
    for (let waited = 0; !isThere() && waited < PATIENCE_MS; waited += STEP_MS) {
      for (const id of pinged.splice(0)) say(ring, id, 'PONG\n');
      ring.wait(STEP_MS);
      go();
    }
  };
  go();
  return { ring, connections, said, note, go, open, patiently, base, ownSync: () => ownSync };
};

const createStage = (fixture: Fixture, cut: (bytes: ByteString) => readonly ByteString[]) => {
  const { ring, connections, said, note, go, open, patiently, base, ownSync } = createWorld(fixture);
  const translated = (bytes: ByteString): ByteString => {
    const line = toOurPort(bytes);
    if (!isOwnSync(line)) return numbered(shifted(line, SHIFT), base);
    patiently(() => ownSync() !== '');
    return `${ownSync()}\n`;
  };
  return {
    open,
    connections: () => [...connections.keys()],
    rest: (on: number): readonly string[] => said(on),
    /** Users are handed on in pieces. */
    linger(): void {
      ring.wait(STEP_MS);
      go();
    },
    close(on: number): void {
      peerLost(ring.director, open(on), '', ring.now());
      go();
    },
    /** The next line or close, undefined if none comes. */
    next(on: number): string | undefined {
      patiently(() => said(on).length > 0);
      return said(on).shift();
    },
    /** In one write, but for an administrator's commands. */
    tell(on: number, lines: readonly ByteString[]): void {
      const id = open(on);
      const bytes = lines.map(translated);
      if (on === LOGIN) logIn(ring, bytes.join(''), (line) => note(LOGIN, line));
      else if (on !== ADMIN) for (const piece of cut(bytes.join(''))) say(ring, id, piece);
      else {
        for (const line of bytes) {
          for (const row of administer(ring, line.replace(/\n$/, ''))) note(ADMIN, row);
          go();
        }
      }
      go();
    },
  };
};
const say = (ring: Ring, id: number, bytes: ByteString): void => {
  receiveBytes(ring.director, id, bytes, ring.now());
  ring.settle();
};

const administer = (ring: Ring, line: ByteString): string[] => {
  if (line.startsWith('VERSION\t')) return [];
  const result = runCommand(ring.director, parseDirectorAdminCommand(line), ADMIN, ring.now());
  if (result.result === 'wait') return [];
  const text = result.result === 'reply' ? result.reply : [...rowsOf(result.rows)].join('');
  return text.split('\n').slice(0, -1);
};

function* rowsOf(rows: Iterator<ByteString>): Generator<ByteString> {
  for (let row = rows.next(); row.done !== true; row = rows.next()) yield row.value;
}

const logIn = (ring: Ring, bytes: ByteString, answered: (line: string) => void): void => {
  const resp = /\tresp=(\S+)/.exec(bytes)?.[1];
  const name = resp === undefined ? undefined : Buffer.from(resp, 'base64').toString('latin1').split('\0')[1];
  if (name === undefined) return;
  const answer = requestHost(ring.director, name, '', ring.now());
  if (answer.result !== 'wait') answered(shownAnswer(answer));
};

const shownAnswer = (answer: LateAnswer): string =>
  answer.result === 'host' ? answer.host.ip : (answer.reason ?? 'fails');

/** `connection 2: to 127.1.1.4` */
const addressesOf = ({ comments }: Fixture): Map<number, Address> =>
  new Map(
    comments.flatMap((comment) => {
      const [, on, way = '', ip = ''] = /^connection (\d): (from|to) (\d[\d.]+)$/.exec(comment) ?? [];
      return on === undefined ? [] : [[Number(on), { way, ip }]];
    }),
  );

type Said = Exclude<FixtureStep, { from: 'log' }>;

/** Steps of one side on one connection that stand together; a close stands alone. */
const turns = ({ steps }: Fixture): (readonly [number, Said[]])[] => {
  const found: (readonly [number, Said[]])[] = [];
  for (const step of steps) {
    if (step.from === 'log') continue;
    const [on, last = []] = found.at(-1) ?? [];
    const isSame = on === step.on && last[0]?.from === step.from;
    if (isSame && !('close' in step) && last.every((other) => !('close' in other))) last.push(step);
    else found.push([step.on, [step]]);
  }
  return found;
};
