/**
 * Mail clients that log in all the while at every front: some stay until they are cut and come back at once, others come
 * and go. A login may fail only at a front that is being changed.
 */
import { setTimeout as later } from 'node:timers/promises';
import { openLineClient } from '../lib/line-client.ts';
import type { Endpoint } from '../lib/mail-login.ts';
import { until } from '../lib/until.ts';

export type Front = Endpoint & { isChanging: boolean };

export type Clients = {
  /** Logins that a front should have let in, and what it said. */
  readonly failures: readonly string[];
  /** Waits until every front has let in so many more. */
  more(logins: number): Promise<void>;
  stop(): Promise<void>;
} & AsyncDisposable;

/** Of each front. */
const STAYING = 10;
const COMING = 3;
const VISIT_MS = 50;
/** After a login that failed. */
const RETRY_MS = 100;
/** A login process of 2.4 whose auth server is not there says nothing to those who connect, also when it comes. */
const GREETING_MS = 5000;
/** A director of Dovecot that comes to be alone looks for others for 20 s, and lets new users wait. */
const LOGIN_MS = 40_000;
/** Of 100 logins of those who come and go, how many are of users nobody has heard of. */
const NEW_USERS = 20;

/** `known`: users who log in again and again. */
export const startClients = (fronts: readonly Front[], known: readonly string[]): Clients => {
  const failures: string[] = [];
  const logins = new Map<Front, number>();
  const stopping = new AbortController();
  let count = 0;

  const visit = async (front: Front, user: string, stay: Promise<unknown>): Promise<void> => {
    const wasChanging = front.isChanging;
    using client = await openLineClient(front);
    await client.line(GREETING_MS);
    client.send(`a LOGIN ${user} pw\r\n`);
    const reply = (await client.linesUntil((line) => line.startsWith('a '), LOGIN_MS)).at(-1) ?? '';
    if (!reply.startsWith('a OK')) throw new Error(reply);
    logins.set(front, (logins.get(front) ?? 0) + 1);
    if (!wasChanging || !front.isChanging) await Promise.race([client.closed(600_000).catch(() => undefined), stay]);
  };
  const tryVisit = async (front: Front, user: string, stay: Promise<unknown>): Promise<void> => {
    const mayFail = front.isChanging;
    try {
      await visit(front, user, stay);
    } catch (error) {
      if (!mayFail && !front.isChanging && !stopping.signal.aborted) {
        failures.push(`${user} at ${front.host}: ${String(error)}`);
      }
      await later(RETRY_MS);
    }
  };
  const stopped = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  const staying = async (front: Front, user: string): Promise<void> => {
    while (!stopping.signal.aborted) await tryVisit(front, user, stopped);
  };
  const coming = async (front: Front): Promise<void> => {
    while (!stopping.signal.aborted) {
      const n = count++;
      const user = n % 100 < NEW_USERS ? `new${n}` : (known[n % known.length] ?? '');
      await tryVisit(front, user, Promise.race([later(VISIT_MS), stopped]));
    }
  };
  const running = fronts.flatMap((front, i) => [
    ...Array.from({ length: STAYING }, (_, n) => staying(front, known[(i * STAYING + n) % known.length] ?? '')),
    ...Array.from({ length: COMING }, () => coming(front)),
  ]);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(running);
  };
  return {
    failures,
    async more(wanted) {
      const before = new Map(logins);
      await until(`${wanted} more logins at every front`, 60_000, () =>
        fronts.every((front) => (logins.get(front) ?? 0) >= (before.get(front) ?? 0) + wanted),
      );
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
