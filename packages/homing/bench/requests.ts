/**
 * AUTH requests over one connection to a socket of each server: window 1 is latency, window 100 throughput. `-cpu` is the
 * processor time that all processes of a server spent on one request at window 100, which other load on the machine
 * disturbs least.
 */
import type { Server } from '../interop/lib/server.ts';
import { processorTime } from './processor-time.ts';
import { compare, type Done, type Effort, loadOn, type Result } from './result.ts';

const THROUGHPUT = 100;
const LATENCY = 1;

type Contender = { readonly server: Server; readonly socket: string; requests: number; processorSeconds: number };

export type Servers = { readonly homing: Server; readonly dovecot: Server };

/** `users`: how many of `users.ts` the servers know. */
export const benchRequests = async (
  work: string,
  socketName: string,
  servers: Servers,
  users: number,
  { seconds, turns }: Effort,
): Promise<Result[]> => {
  const homing = contender(servers.homing, socketName);
  const dovecot = contender(servers.dovecot, socketName);
  const targets = [
    { name: 'homing', target: homing.socket },
    { name: 'dovecot', target: dovecot.socket },
  ] as const;
  // The first requests of a process say nothing about those of a server that runs for months.
  for (const { target } of targets) await loadOn('auth-load', target, THROUGHPUT, seconds, users);
  const throughput = await compare(`${work}-w${THROUGHPUT}`, 'requests/s', targets, turns, async (target) => {
    const done = await measured(target === homing.socket ? homing : dovecot, seconds, users);
    return done.count / done.seconds;
  });
  const latency = await compare(`${work}-w${LATENCY}`, 'requests/s', targets, turns, async (target) => {
    const done = await loadOn('auth-load', target, LATENCY, seconds, users);
    return done.count / done.seconds;
  });
  const [ours, theirs] = [microsecondsPerRequest(homing), microsecondsPerRequest(dovecot)];
  const cost = { work: `${work}-cpu`, homing: ours, dovecot: theirs, ratio: theirs / ours, unit: 'µs/request' };
  return [throughput, latency, cost];
};

const contender = (server: Server, socketName: string): Contender => ({
  server,
  socket: server.socket(socketName),
  requests: 0,
  processorSeconds: 0,
});

const measured = async (of: Contender, seconds: number, users: number): Promise<Done> => {
  const before = processorTime(of.server.pid);
  const done = await loadOn('auth-load', of.socket, THROUGHPUT, seconds, users);
  of.processorSeconds += processorTime(of.server.pid) - before;
  of.requests += done.count;
  return done;
};

const microsecondsPerRequest = ({ processorSeconds, requests }: Contender): number =>
  (processorSeconds * 1e6) / requests;
