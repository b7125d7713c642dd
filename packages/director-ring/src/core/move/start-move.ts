/**
 * How moves begin (director_move_user(), director_kill_user()). Others are told before our own sessions are dropped,
 * which may be done at once.
 */
import { compareIpAddresses, type IpAddress, type RingOrigin } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import type { Tag } from '../host/mail-hosts.ts';
import { isSameHost } from '../ring/members.ts';
import { ownOrigin, update } from '../ring/propagate.ts';
import type { Member } from '../ring/ring.ts';
import { contestUser } from '../ring/user-update.ts';
import { hasRoom } from '../room.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { startKick } from './kicks.ts';
import { abandonMove, addMove, advanceMove, findMove, type Move, movesOf, type Told } from './moves.ts';

/**
 * Puts the user of this hash, known or not, on a mail host. Sessions elsewhere are dropped, logins wait meanwhile. The move
 * of one too many passes through.
 */
export const moveUser = (
  director: Director,
  hash: number,
  host: MailHost,
  told: Told | undefined,
  now: number,
): void => {
  const tag = director.hosts.tagOf(host);
  const running = findMove(director, tag, hash);
  if (running !== undefined && !isOver(running, host)) {
    joinMove(director, running, host, told, now);
    return;
  }
  if (running !== undefined) {
    abandonMove(director, tag, hash);
    contestUser(director, tag.users, hash);
  }
  startMove(director, tag, hash, host, told, now);
};

/**
 * Whoever has seen the first move end means another mail host, and may have let the user in to the first one: sessions have
 * to be dropped once more.
 */
const isOver = ({ state, target }: Move, { ip }: MailHost): boolean =>
  (state.at === 'flushing' || state.at === 'delay') && target !== ip;

const startMove = (
  director: Director,
  tag: Tag,
  hash: number,
  host: MailHost,
  told: Told | undefined,
  now: number,
): void => {
  const seconds = Math.floor(now / 1000);
  const known = tag.users.find(hash, seconds);
  const oldHost = known === NO_USER ? undefined : director.hosts.at(tag.users.hostOf(known));
  if (known === NO_USER && !hasRoom(director, hash, now)) {
    if (told !== undefined) passUnknown(director, hash, host.ip, told, now);
    return;
  }
  const user = known === NO_USER ? tag.users.add(hash, host.slot, seconds) : known;
  if (known !== NO_USER) {
    tag.users.moveTo(known, host.slot, seconds);
    // A question that is on its way round, where the user is, must not put it back. Real directors wait for its answer.
    if (tag.users.isWeak(known)) contestUser(director, tag.users, hash);
    tag.users.setWeak(known, false);
  }
  announce(director, hash, host.ip, told);
  abandonMove(director, undefined, hash);
  tag.users.setBeingKilled(user, true);
  const move = createMove(director, { hash, tag, oldHost, target: host.ip, told });
  addMove(director, move, now);
  if (oldHost !== undefined && oldHost !== host) kickSessions(director, move, now);
  else advanceMove(director, move, { on: 'kicked' }, now);
};

const passUnknown = (director: Director, hash: number, ip: IpAddress, told: Told, now: number): void => {
  announce(director, hash, ip, told);
  if (movesOf(director, hash).length === 0) letPass(director, hash, told, now);
};

/**
 * A move that runs goes on from where it is. Two directors who move the user at once to different hosts must come to the
 * same: the lower address counts, as for users who are in two places (upstream takes what it hears last, which is not the
 * same everywhere). Not all may hear of both moves while these run, so all hear where the user is in the end. A move of
 * ours that does not count is told to nobody: the first one may have ended elsewhere, where ours would.
 */
const joinMove = (director: Director, move: Move, host: MailHost, told: Told | undefined, now: number): void => {
  const { hash, tag } = move;
  const seconds = Math.floor(now / 1000);
  const user = tag?.users.find(hash, seconds) ?? NO_USER;
  const isOvertaken = move.target !== undefined && compareIpAddresses(move.target, host.ip) < 0;
  if (isOvertaken && told === undefined) return;
  if (tag !== undefined && move.target !== host.ip) contestUser(director, tag.users, hash);
  if (!isOvertaken) {
    if (tag !== undefined && user !== NO_USER) {
      // The first move may have found the user where it was to go, and dropped nothing.
      if (tag.users.hostOf(user) !== host.slot) dropSessionsElsewhere(director, hash, host, now);
      tag.users.moveTo(user, host.slot, seconds);
    }
    move.target = host.ip;
  }
  move.isLocal = false;
  announce(director, hash, host.ip, told);
};

const dropSessionsElsewhere = (director: Director, hash: number, { ip }: MailHost, now: number): void =>
  startKick(director, { for: 'ring' }, { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp: ip }, now);

/** Drops our sessions of a user that has nowhere to go, and holds its logins back. Nobody else is told. */
export const killUser = (director: Director, tag: Tag, user: UserId, host: MailHost, now: number): void => {
  if (tag.users.isBeingKilled(user)) return;
  tag.users.setBeingKilled(user, true);
  const { hash } = tag.users.user(user);
  const move = createMove(director, { hash, tag, oldHost: host, told: undefined });
  addMove(director, move, now);
  kickSessions(director, move, now);
};

/**
 * A move to a mail host that is unknown here. The others have it, so the move passes through us, where upstream drops it
 * and all wait for 30 s. If the user is known, its sessions are dropped too; where it is then to go is for USER lines.
 */
export const passMove = (director: Director, hash: number, ip: IpAddress, told: Told, now: number): void => {
  announce(director, hash, ip, told);
  if (movesOf(director, hash).length > 0) return;
  const seconds = Math.floor(now / 1000);
  for (const tag of director.hosts.tags()) {
    const user = tag.users.find(hash, seconds);
    if (user === NO_USER) continue;
    tag.users.setBeingKilled(user, true);
    const oldHost = director.hosts.at(tag.users.hostOf(user));
    const move = createMove(director, { hash, tag, oldHost, told });
    addMove(director, move, now);
    kickSessions(director, move, now);
    return;
  }
  letPass(director, hash, told, now);
};

/**
 * The token of a move that nobody told us of, or that is over here. It is passed on, since others may wait for it; back
 * from its round it ends here, so that it cannot go on for ever. Upstream drops it, and the others wait for 30 s.
 */
export const passToken = (director: Director, hash: number, source: Member, now: number): void => {
  const origin = { ip: source.ip, port: source.port, seq: 0 };
  const move = letPass(director, hash, { source, origin }, now);
  if (move !== undefined) advanceMove(director, move, { on: 'killed' }, now);
};

/** More at once than any ring moves: somebody makes them up. The rest is dropped, as upstream drops them all. */
const MAX_PASSING = 10_000;

const letPass = (director: Director, hash: number, told: Told, now: number): Move | undefined => {
  if (director.moves.passing >= MAX_PASSING) return undefined;
  const move = createMove(director, { hash, told });
  addMove(director, move, now);
  advanceMove(director, move, { on: 'kicked' }, now);
  return move;
};

const announce = (director: Director, hash: number, ip: IpAddress, told: Told | undefined): void => {
  const origin = told?.origin ?? ownOrigin(director);
  update(director, told?.source ?? director.ring.self, { cmd: 'USER-MOVE', origin, hash, ip });
};

type NewMove = {
  readonly hash: number;
  readonly tag?: Tag;
  readonly oldHost?: MailHost | undefined;
  readonly target?: IpAddress;
  readonly told: Told | undefined;
};

const createMove = (director: Director, { hash, tag, oldHost, target, told }: NewMove): Move => ({
  id: director.nextId++,
  hash,
  tag,
  oldHost: oldHost && { ip: oldHost.ip, isDown: oldHost.isDown, vhosts: oldHost.vhosts },
  target,
  isInitiator: told === undefined,
  isLocal: target === undefined && told === undefined,
  left: told && leftThatIs(director, told.origin),
  leftPeer: director.ring.left?.id,
  state: { at: 'killing' },
  toldRight: director.ring.right?.id,
  tokenTo: undefined,
});

const leftThatIs = ({ ring }: Director, origin: RingOrigin): Member | undefined => {
  const left = ring.left?.member;
  return left !== undefined && isSameHost(left, origin) ? left : undefined;
};

const kickSessions = (director: Director, move: Move, now: number): void => {
  const kick = { cmd: 'KICK-DIRECTOR-HASH', hash: move.hash, exceptIp: undefined } as const;
  startKick(director, { for: 'move', move }, kick, now);
};
