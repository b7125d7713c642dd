/**
 * Logins through all members of a ring all the while, by clients that speak the auth protocol as login processes do. Every
 * answer is kept: who was sent where, by whom, when.
 */
import { createHash } from 'node:crypto';
import { setTimeout as later } from 'node:timers/promises';
import { type LineClient, openLineClient } from '../lib/line-client.ts';
import type { Member } from './member.ts';

export type Answer = {
  readonly user: string;
  /** Undefined: the login failed. */
  readonly host: string | undefined;
  readonly by: string;
  readonly asked: number;
  readonly answered: number;
};

export type LoginLoad = {
  readonly answers: readonly Answer[];
  /** Those whose users may be asked for; new ones are added as they first log in. */
  readonly users: readonly string[];
  stop(): Promise<void>;
} & AsyncDisposable;

/** A login waits for 30 s in a director, in one of Dovecot's for up to 60. */
const ANSWER_MS = 65_000;
const PAUSE_MS = 25;
/** Of 100 logins, how many are of users nobody has heard of. */
const NEW_USERS = 10;

/** An auth server accepts a client's number once. */
let clients = 0;

/** One login at a member's socket; the host it was sent to, or undefined. */
export const openLogin = async (
  socket: string,
): Promise<{ login(user: string): Promise<string | undefined> } & Disposable> => {
  const client = await openLineClient(socket);
  client.send(`VERSION\t1\t2\nCPID\t${++clients}\n`);
  await client.linesUntil((line) => line === 'DONE');
  let id = 0;
  return {
    login: (user) => authenticate(client, ++id, user),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
};

const authenticate = async (client: LineClient, id: number, user: string): Promise<string | undefined> => {
  const resp = Buffer.from(`\0${user}\0pw`).toString('base64');
  client.send(`AUTH\t${id}\tPLAIN\tservice=imap\tno-penalty\tsecured\tlip=127.0.0.1\tlport=143\tresp=${resp}\n`);
  const reply = await client.line(ANSWER_MS);
  if (!/^(OK|FAIL)\t/.test(reply) || reply.split('\t')[1] !== String(id)) throw new Error(`login ${id}: ${reply}`);
  return /\thost=([^\t]+)/.exec(reply)?.[1];
};

/** Every user once, spread over the members. */
export const loginAll = async (members: readonly Member[], users: readonly string[]): Promise<Map<string, string>> => {
  const hosts = new Map<string, string>();
  for (const [i, member] of members.entries()) {
    using client = await openLogin(member.socket('login/director'));
    for (const user of users.filter((_, n) => n % members.length === i)) {
      const host = await client.login(user);
      if (host === undefined) throw new Error(`${user} got no host from ${member.place.address}`);
      hosts.set(user, host);
    }
  }
  return hosts;
};

/** `seed`: which users log in, and in which order, follows from it. */
export const startLoginLoad = (members: readonly Member[], known: readonly string[], seed: string): LoginLoad => {
  const answers: Answer[] = [];
  const users = [...known];
  let stopped = false;
  let count = 0;
  const next = (): string => {
    const random = createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0);
    if (random % 100 < NEW_USERS) users.push(`${random % 3 === 0 ? 'gold.' : ''}new${count}`);
    return users[random % users.length] ?? '';
  };
  const nextKnown = (): string => known[count++ % known.length] ?? '';
  const session = async (member: Member, choose: () => string): Promise<void> => {
    using client = await openLogin(member.socket('login/director'));
    while (!stopped) {
      const user = choose();
      const asked = performance.now();
      const host = await client.login(user);
      answers.push({ user, host, by: `${member.place.address} (${member.kind})`, asked, answered: performance.now() });
      await later(PAUSE_MS);
    }
  };
  /** A member that is killed drops its clients; they come back when it does. */
  const sessions = async (member: Member, choose: () => string): Promise<void> => {
    while (!stopped) {
      if (member.isRunning()) await session(member, choose).catch(() => undefined);
      if (!stopped) await later(PAUSE_MS);
    }
  };
  // A new user may have to wait; those behind on the same connection then wait too.
  const running = members.flatMap((member) => [sessions(member, next), sessions(member, nextKnown)]);
  const stop = async (): Promise<void> => {
    stopped = true;
    await Promise.all(running);
  };
  return { answers, users, stop, [Symbol.asyncDispose]: stop };
};

/** Users who were sent to more than one host, and where; `from`: earlier assignments. */
export const splitUsers = (answers: readonly Answer[], from: ReadonlyMap<string, string> = new Map()): string[] => {
  const hosts = new Map([...from].map(([user, host]) => [user, new Map([[host, 'first']])]));
  for (const { user, host, by } of answers) {
    if (host === undefined) continue;
    const of = hosts.get(user) ?? new Map<string, string>();
    hosts.set(user, of.set(host, of.get(host) ?? by));
  }
  return [...hosts]
    .filter(([, of]) => of.size > 1)
    .map(([user, of]) => `${user}: ${[...of].map(([host, by]) => `${host} by ${by}`).join(', ')}`);
};
