/** Directors begin and end. */

import { type Director, startDirector } from '../../core/director.ts';
import { learnSessions } from '../../core/relearn/learn-sessions.ts';
import { endRelearn } from '../../core/relearn/relearn.ts';
import { acceptPeer, peerConnected, peerLost, receiveBytes } from '../../core/ring/events.ts';
import type { DirectorHost } from '../../core/ring/ring.ts';
import { startRing } from '../../core/ring/settle.ts';
import { stopRing } from '../../core/ring/stop.ts';
import { createMember, RING_PORT, type SimMember } from './member.ts';
import { close, type Process, processEnded } from './network.ts';
import { clockOf, enter } from './run-core.ts';
import { memberOf, type World } from './world.ts';

/** Login processes that lived on tell a director that starts again what they have. */
const RELEARN_MS = 20;

const hostOf = ({ ip }: SimMember): DirectorHost => ({ ip, port: RING_PORT });

export const start = (world: World, name: string): void => {
  const member = memberOf(world, name);
  if (member.status !== 'stopped') return;
  const { options, clients, network } = world;
  const hasSessions = [...clients.all()].some((session) => session.member === name);
  member.status = 'running';
  member.life++;
  network.withoutPower.delete(name);
  network.processes.set(name, processOf(world, member));
  const others = options.directors.filter((other) => other !== name).map((other) => hostOf(createMember(other)));
  member.director = startDirector({
    settings: options.settings,
    self: hostOf(member),
    others,
    mailHosts: options.mailHosts,
    isRestart: hasSessions,
    hostVariable: () => undefined,
    now: clockOf(world, member),
    seed: world.random.below(0x1_0000_0000),
  });
  enter(world, member, startRing);
  if (hasSessions) relearn(world, member);
  options.observer.disturbed();
};

const relearn = (world: World, member: SimMember): void => {
  const { life } = member;
  world.queue.after(RELEARN_MS, () => {
    if (member.life !== life) return;
    enter(world, member, (director, now) => {
      const sessions = [...world.clients.all()].filter((session) => session.member === member.name);
      learnSessions(
        director,
        sessions.map(({ user, ip }) => ({ username: user.name, ip })),
        now,
      );
      endRelearn(director);
    });
  });
};

const processOf = (world: World, member: SimMember): Process => {
  const { life, ends, peers } = member;
  const here = (run: (director: Director, now: number) => void): void => {
    if (member.life === life) enter(world, member, run);
  };
  return {
    accept: (end) =>
      here((director, now) => {
        const peer = acceptPeer(director, memberOf(world, end.remote).ip, now);
        if (peer === undefined) {
          close(world.network, end);
          return;
        }
        ends.set(peer.id, end);
        peers.set(end, peer.id);
      }),
    connected: (end) => here((director, now) => peerConnected(director, peers.get(end) ?? -1, now)),
    received: (end, bytes) =>
      here((director, now) => {
        const id = peers.get(end) ?? -1;
        const traffic = director.ring.peers.get(id)?.traffic;
        if (traffic !== undefined) {
          traffic.bytesIn += bytes.length;
          traffic.lastInput = now;
          traffic.buffered = end.buffered;
        }
        receiveBytes(director, id, bytes, now);
      }),
    lost: (end, reason) =>
      here((director, now) => {
        const id = peers.get(end) ?? -1;
        peers.delete(end);
        ends.delete(id);
        peerLost(director, id, reason === 'Connection closed' ? '' : reason, now);
      }),
  };
};

/** SIGTERM; the login processes end with it. */
export const stop = (world: World, name: string): void => {
  const member = memberOf(world, name);
  if (member.status === 'frozen') thaw(world, name);
  enter(world, member, stopRing);
  end(world, member);
  world.clients.dropMember(name);
};

/**
 * `process`: kill -9 of the director alone, its login processes live on. `machine`: they go too. `power`: nobody is told
 * that it is gone.
 */
export type CrashKind = 'process' | 'machine' | 'power';

export const crash = (world: World, name: string, kind: CrashKind): void => {
  const member = memberOf(world, name);
  if (kind === 'power') world.network.withoutPower.add(name);
  end(world, member);
  if (kind !== 'process') world.clients.dropMember(name);
};

/** Nothing is remembered. */
const end = (world: World, member: SimMember): void => {
  if (member.status === 'stopped') return;
  processEnded(world.network, member.name);
  Object.assign(member, { ...createMember(member.name), life: member.life + 1, skew: member.skew, log: member.log });
  for (const [session, waiting] of world.waitingAdmins) {
    if (waiting.member === member) world.waitingAdmins.delete(session);
  }
  world.options.observer.disturbed();
};

/** SIGSTOP: it does nothing, but its kernel takes what comes. */
export const freeze = (world: World, name: string): void => {
  const member = memberOf(world, name);
  if (member.status !== 'running') return;
  member.status = 'frozen';
  world.options.observer.disturbed();
};

export const thaw = (world: World, name: string): void => {
  const member = memberOf(world, name);
  if (member.status !== 'frozen') return;
  member.status = 'running';
  const { backlog, life } = member;
  member.backlog = [];
  world.network.faults++;
  for (const run of backlog) if (member.life === life) run();
  world.network.faults--;
  world.options.observer.disturbed();
};
