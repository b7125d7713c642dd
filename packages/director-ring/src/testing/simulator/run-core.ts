/** Brings events to a director's core and carries its effects out, as service/runtime.ts does. */
import { assertNever } from '@homing/wire';
import type { Director } from '../../core/director.ts';
import type { Effect } from '../../core/effect.ts';
import { kickFinished } from '../../core/move/kick-finished.ts';
import { flushFinished } from '../../core/move/moves.ts';
import { handOver, peerLost } from '../../core/ring/events.ts';
import { settleRing } from '../../core/ring/settle.ts';
import { continueWaiting, nextDeadline, tick } from '../../core/tick.ts';
import { adminReplied, answered } from './late-answers.ts';
import { directorName, type SimMember } from './member.ts';
import { close, connect, send } from './network.ts';
import type { World } from './world.ts';

const IPC_MS = 50;
const FLUSH_MS = 100;
/** A batch of users leaves before the next one is asked for. */
const HANDOVER_MS = 1;

/** Something happens to a director: now, or when it is thawed, or not at all if it is stopped before. */
export const enter = (world: World, member: SimMember, run: (director: Director, now: number) => void): void => {
  const { director } = member;
  if (director === undefined) return;
  if (member.status === 'frozen') {
    member.backlog.push(() => enter(world, member, run));
    return;
  }
  const now = clockOf(world, member);
  run(director, now);
  settle(world, member, director, now);
};

/** As `enter`, some time later, unless the director starts again meanwhile. */
const enterLater = (
  world: World,
  member: SimMember,
  delay: number,
  run: (director: Director, now: number) => void,
): void => {
  const { life } = member;
  world.queue.after(delay, () => {
    if (member.life === life) enter(world, member, run);
  });
};

export const clockOf = (world: World, member: SimMember): number => world.queue.now() + member.skew;

const settle = (world: World, member: SimMember, director: Director, now: number): void => {
  for (;;) {
    settleRing(director, now);
    const { effects } = director;
    if (effects.length === 0) break;
    director.effects = [];
    for (const effect of effects) perform(world, member, effect);
  }
  if (director.isChanged && !member.isContinuing) {
    member.isContinuing = true;
    enterLater(world, member, 0, (_, later) => {
      member.isContinuing = false;
      continueWaiting(director, later);
    });
  }
  for (const peer of director.ring.peers.values())
    if (peer.handover !== undefined) keepHandingOver(world, member, peer.id);
  wake(world, member, director, now);
  world.options.observer.settled(member);
};

const keepHandingOver = (world: World, member: SimMember, peer: number): void => {
  if (member.handingOver.has(peer)) return;
  member.handingOver.add(peer);
  enterLater(world, member, HANDOVER_MS, (director, now) => {
    member.handingOver.delete(peer);
    handOver(director, peer, now);
  });
};

const wake = (world: World, member: SimMember, director: Director, now: number): void => {
  const deadline = nextDeadline(director, now);
  if (deadline === undefined || deadline >= member.wakeAt) return;
  member.wakeAt = deadline;
  enterLater(world, member, deadline - now, (_, later) => {
    if (member.wakeAt > later) return;
    member.wakeAt = Number.POSITIVE_INFINITY;
    tick(director, later);
  });
};

const perform = (world: World, member: SimMember, effect: Effect): void => {
  const { network } = world;
  switch (effect.do) {
    case 'kick':
      if (!member.isDeaf) kick(world, member, effect);
      return;
    case 'flush':
      enterLater(world, member, FLUSH_MS, (director, now) => flushFinished(director, effect.id, true, now));
      return;
    case 'forget-flush':
      return;
    case 'answer':
      answered(world, member, effect.ticket, effect.answer);
      return;
    case 'reply':
      adminReplied(world, effect.session, effect.reply);
      return;
    case 'log':
      member.log.push({ at: world.queue.now(), level: effect.level, text: effect.text });
      return;
    case 'ring-connect': {
      const end = connect(network, member.name, directorName(effect.host.ip));
      member.ends.set(effect.peer, end);
      member.peers.set(end, effect.peer);
      return;
    }
    case 'ring-send':
      sendBytes(world, member, effect.peer, effect.text);
      return;
    case 'ring-close': {
      const end = member.ends.get(effect.peer);
      if (end === undefined) return;
      member.ends.delete(effect.peer);
      member.peers.delete(end);
      close(network, end);
      return;
    }
    default:
      assertNever(effect);
  }
};

const kick = (world: World, member: SimMember, { id, kick }: Extract<Effect, { do: 'kick' }>): void => {
  const { life } = member;
  world.queue.after(world.random.below(IPC_MS), () => {
    world.clients.kick(member.name, kick);
    if (member.life === life) enter(world, member, (director, now) => kickFinished(director, id, undefined, now));
  });
};

const sendBytes = (world: World, member: SimMember, peer: number, text: string): void => {
  const end = member.ends.get(peer);
  const traffic = member.director?.ring.peers.get(peer)?.traffic;
  if (end === undefined) return;
  world.options.observer.sending(end.local, end.remote, text);
  send(world.network, end, text);
  if (traffic === undefined) return;
  traffic.bytesOut += text.length;
  traffic.lastOutput = clockOf(world, member);
  traffic.buffered = end.buffered;
  traffic.peakBuffered = Math.max(traffic.peakBuffered, end.buffered);
  if (end.buffered <= world.options.settings.director_output_buffer_size) return;
  enterLater(world, member, 0, (director, now) => peerLost(director, peer, 'write failure', now));
};
