/**
 * The promise that is watched at every step: **a user who is handed to a mail host has no session on another one**,
 * through whichever director either came.
 *
 * Exempt, until the ring has been whole for `HEAL_MS` and no exempt user is being moved, is one of whom, while it was cut,
 *
 *     backends   two serving directors would have chosen different mail hosts (backends were changed, or are as
 *                configured after a restart); also if that was so when the cut came, before all had synced
 *     move       a move was under way at some director
 *     expiry     a director forgot him in time, because it did not hear that he was refreshed on the other side, and he
 *                is not where his hash says (of one that stood still for so long, his sessions are left out for good)
 *     restart    a director began to serve that knows nothing of him, and he is not where his hash says
 *     added      a director that was removed went on serving, and knows nothing of him or has him elsewhere when it is
 *                taken back
 *
 * At the end of that time he must be healed: one mail host in all maps, and no session anywhere else. All maps must be
 * the same then, and once more at the end of a run.
 *
 * Exempt is also, cut or not, one whose mail host was flushed or removed without regard to sessions (HOST-FLUSH,
 * HOST-REMOVE), until all maps agree about him again: the sessions he has then are left out for good.
 *
 * The ring is cut as long as a link is cut or slow, a director is frozen, neighbours are not connected, or sessions exist
 * whose director is down; and then until all directors say once that they are synced. Directors that an administrator has
 * removed from the ring, and sessions through them, do not count.
 */
import { isHandshaked } from '../../core/ring/ring.ts';
import type { Checker, ExemptionReason } from './checker.ts';
import type { Session } from './clients.ts';
import type { SimMember } from './member.ts';
import { recordOf, type UserRecord } from './records.ts';
import { type RingShape, ringShape } from './ring-shape.ts';
import { clockOf } from './run-core.ts';
import { newestRefresh, userProblems } from './user-maps.ts';
import type { MailUser } from './users.ts';
import { memberOf, ringMembers, runningMembers, seconds, type World } from './world.ts';

const HEAL_MS = 5000;

/** A director that begins has the list of its ring by then. */
const JOINING_SECONDS = 5;

/** An update that is younger may not be everywhere yet. */
const ON_THE_WAY_SECONDS = 4;

export const checkHandedOut = (checker: Checker, world: World, session: Session): void => {
  const { user, ip } = session;
  const member = memberOf(world, session.member);
  if (!ringMembers(world).includes(member)) checker.leftOut.add(session);
  if (isForgotten(checker, world, member, user)) forgotten(checker, world, member, user);
  checkAdded(checker, world, member, user, ip);
  if (checker.flushed.has(ip)) exempt(checker, user, 'flush');
  const others = sessionsElsewhere(checker, world, user, ip);
  if (others.length === 0 || checker.leftOut.has(session)) return;
  if (checker.exempt.has(user)) checker.splits++;
  else report(checker, world, `${describe(session)} is given while there is ${others.map(describe).join(', ')}`);
};

/** After every event of a director. */
export const checkSettled = (checker: Checker, world: World, member: SimMember): void => {
  const hasNewView = checker.views.update(member, checker.users);
  advancePhase(checker, world);
  if (member.director === undefined) return;
  if (hasNewView) {
    compareViews(checker, world);
    if (checker.phase.at === 'cut') compareSessions(checker, world, member);
  }
  for (const user of checker.users) checkRecord(checker, world, member, user);
};

/** A director began, ended, froze or went on, or a link changed. */
export const checkDisturbed = (checker: Checker, world: World): void => {
  const before = checker.phase.at;
  advancePhase(checker, world);
  rememberLeftOut(checker, world);
  if (checker.phase.at !== 'cut' || before === 'cut') return;
  for (const user of checker.disputed) exempt(checker, user, 'backends');
  for (const member of runningMembers(world)) {
    for (const user of checker.users) checkRecord(checker, world, member, user);
  }
};

/** A director that starts again asks its login processes, and may find them. */
const rememberLeftOut = (checker: Checker, world: World): void => {
  for (const session of world.clients.all()) {
    if (checker.leftOut.has(session) && world.members.get(session.member)?.status === 'stopped') {
      exempt(checker, session.user, 'flush');
    }
  }
};

/** HOST-FLUSH or HOST-REMOVE is on its way, from wherever. */
export const hostFlushed = (checker: Checker, world: World, ip: string): void => {
  checker.flushed.set(ip, world.queue.now() + HEAL_MS);
  for (const user of checker.users) {
    const isThere = runningMembers(world).some((member) => recordOf(member, user)?.ip === ip);
    const hasSession = [...world.clients.of(user)].some((session) => session.ip === ip);
    if (isThere || hasSession) exempt(checker, user, 'flush');
  }
};

/** A director that was removed from the ring and went on counts again. */
const checkAdded = (checker: Checker, world: World, member: SimMember, user: MailUser, ip: string): void => {
  if (!checker.added.has(member) || !servingMembers(world).includes(member)) return;
  if (isElsewhere(checker, world, user, ip)) exempt(checker, user, 'added');
};

const exempt = (checker: Checker, user: MailUser, reason: ExemptionReason): void => {
  if (!checker.exempt.has(user) || reason === 'flush') checker.exempt.set(user, reason);
};

const advancePhase = (checker: Checker, world: World): void => {
  const shape = ringShape(world);
  const now = world.queue.now();
  if (shape === 'cut') {
    checker.phase = { at: 'cut' };
    return;
  }
  if (shape === 'synced') {
    checker.disputed.clear();
    if (checker.phase.at === 'cut') noteNewcomers(checker, world);
    endFlushes(checker, world, now);
  }
  if (checker.phase.at === 'cut' && shape === 'synced') {
    checker.phase = { at: 'healing', until: now + HEAL_MS };
    world.queue.after(HEAL_MS, () => advancePhase(checker, world));
  } else if (checker.phase.at === 'healing' && now >= checker.phase.until) {
    if (!isQuiet(checker, world, shape)) {
      checker.phase = { at: 'healing', until: now + HEAL_MS };
      return;
    }
    checker.phase = { at: 'whole' };
    for (const user of checker.exempt.keys()) checkHealed(checker, world, user);
    for (const user of checker.users) checkMaps(checker, world, user);
  }
};

const noteNewcomers = ({ syncedLives, newcomers, added }: Checker, world: World): void => {
  for (const member of ringMembers(world)) added.delete(member);
  const members = runningMembers(world);
  const began = members.filter((member) => syncedLives.get(member) !== member.life);
  const to = world.queue.now() / 1000;
  const from = began.length > 1 ? 0 : to - JOINING_SECONDS;
  for (const member of began) {
    newcomers.set(member, { life: member.life, from, to });
    syncedLives.set(member, member.life);
  }
};

/** Nobody is being moved who is to be looked at. */
const isQuiet = (checker: Checker, world: World, shape: RingShape): boolean =>
  shape === 'synced' &&
  checker.flushed.size === 0 &&
  !runningMembers(world).some((member) =>
    [...checker.exempt.keys()].some((user) => recordOf(member, user)?.isBeingMoved === true),
  );

const endFlushes = (checker: Checker, world: World, now: number): void => {
  for (const [ip, until] of checker.flushed) {
    if (until > now) continue;
    checker.flushed.delete(ip);
    for (const session of world.clients.all()) {
      if (session.ip === ip && checker.exempt.get(session.user) === 'flush') checker.leftOut.add(session);
    }
  }
  if (checker.flushed.size > 0 || checker.phase.at !== 'whole') return;
  for (const user of checker.exempt.keys()) checkHealed(checker, world, user);
};

const compareViews = (checker: Checker, world: World): void => {
  const serving = servingMembers(world);
  for (const user of checker.users) {
    const [first, ...others] = serving.map((member) => checker.views.of(member, user));
    if (others.every((ip) => ip === first)) continue;
    if (checker.phase.at === 'cut') exempt(checker, user, 'backends');
    else checker.disputed.add(user);
  }
};

/** Those this director knows nothing of, while their sessions' directors are down. */
const compareSessions = (checker: Checker, world: World, member: SimMember): void => {
  for (const user of checker.users) {
    const ip = checker.views.of(member, user);
    const isUnknown = recordOf(member, user) === undefined;
    if (isUnknown && sessionsElsewhere(checker, world, user, ip).length > 0) exempt(checker, user, 'backends');
  }
};

const servingMembers = (world: World): SimMember[] =>
  ringMembers(world).filter(({ director }) => director !== undefined && isHandshaked(director.ring));

const checkRecord = (checker: Checker, world: World, member: SimMember, user: MailUser): void => {
  const known = checker.records.get(member);
  const records = known?.life === member.life ? known : { life: member.life, of: new Map<MailUser, UserRecord>() };
  checker.records.set(member, records);
  const isExpired = isForgotten(checker, world, member, user);
  const record = recordOf(member, user);
  if (record === undefined) records.of.delete(user);
  else records.of.set(user, record);
  if (isExpired) forgotten(checker, world, member, user);
  if (checker.phase.at !== 'cut') return;
  if (record?.isBeingMoved === true) exempt(checker, user, 'move');
  checkAdded(checker, world, member, user, record?.ip ?? checker.views.of(member, user));
  if (record !== undefined || !isElsewhere(checker, world, user, checker.views.of(member, user))) return;
  if (checker.syncedLives.get(member) !== member.life && servingMembers(world).includes(member)) {
    exempt(checker, user, 'restart');
  }
};

/** While the ring is cut the user expired here; perhaps he has just been given a mail host anew. */
const isForgotten = (checker: Checker, world: World, member: SimMember, user: MailUser): boolean => {
  const known = checker.records.get(member);
  const before = known?.life === member.life ? known.of.get(user) : undefined;
  const seconds = Math.floor(clockOf(world, member) / 1000);
  return (
    checker.phase.at === 'cut' &&
    before !== undefined &&
    before.timestamp + world.options.settings.director_user_expire <= seconds
  );
};

/** If there are sessions all the same, the director stood still for too long; it would not know of them any more. */
const forgotten = (checker: Checker, world: World, member: SimMember, user: MailUser): void => {
  if (isElsewhere(checker, world, user, checker.views.of(member, user))) exempt(checker, user, 'expiry');
  for (const session of world.clients.of(user)) {
    if (session.member === member.name && session.since < world.queue.now()) checker.leftOut.add(session);
  }
};

/** Somebody knows the user on, or he has a session on, another mail host than this. */
const isElsewhere = (checker: Checker, world: World, user: MailUser, ip: string): boolean =>
  sessionsElsewhere(checker, world, user, ip).length > 0 ||
  runningMembers(world).some((member) => {
    const record = recordOf(member, user);
    return record !== undefined && record.ip !== ip;
  });

const sessionsElsewhere = (checker: Checker, world: World, user: MailUser, ip: string): Session[] => {
  const result: Session[] = [];
  for (const session of world.clients.of(user)) {
    if (session.ip !== ip && counts(checker, world, session)) result.push(session);
  }
  return result;
};

const counts = (checker: Checker, world: World, session: Session): boolean => {
  if (checker.leftOut.has(session)) return false;
  const member = memberOf(world, session.member);
  return member.status === 'stopped' || ringMembers(world).includes(member);
};

const checkHealed = (checker: Checker, world: World, user: MailUser): void => {
  const records = servingMembers(world).flatMap((member) => {
    const record = recordOf(member, user);
    return record === undefined ? [] : [`${member.name}: ${record.ip}`];
  });
  const ips = new Set(records.map((text) => text.split(' ')[1]));
  const [ip = ''] = ips;
  if (checker.exempt.get(user) === 'flush') {
    // Half forgotten: what was on its way then is put right when somebody comes again.
    if (ips.size > 1 || (ips.size === 1 && records.length < servingMembers(world).length)) return;
    for (const session of sessionsElsewhere(checker, world, user, ip)) checker.leftOut.add(session);
    checker.flushedUsers.set(user, world.queue.now() / 1000);
  }
  checker.exempt.delete(user);
  const sessions = [...world.clients.of(user)].filter((session) => counts(checker, world, session));
  if (ips.size > 1) report(checker, world, `${user.name} is not healed: ${records.join(', ')}`);
  else if (new Set(sessions.map((session) => session.ip)).size > 1 || sessions.some((session) => session.ip !== ip)) {
    const where = sessions.map(describe).join(', ');
    report(checker, world, `${user.name} is not healed: all know him on ${ip}, but there is ${where}`);
  } else checker.healed++;
};

/**
 * All know everybody again, but for what happened just now, for those who were flushed and have not come since, whose records
 * may have been on their way then, and for those whom a director that began has yet to hear of, when they are refreshed:
 * what it is told while it joins it forgets when the list of the ring comes; and of two that begin at once one may get its
 * list from the other before that one has joined the ring itself.
 */
const checkMaps = (checker: Checker, world: World, user: MailUser): void => {
  const refreshed = newestRefresh(ringMembers(world), user);
  if (refreshed <= (checker.flushedUsers.get(user) ?? 0)) return;
  const hasHeard = (member: SimMember): boolean => {
    const newcomer = checker.newcomers.get(member);
    return newcomer?.life !== member.life || refreshed < newcomer.from || refreshed > newcomer.to;
  };
  const members = ringMembers(world).filter(hasHeard);
  if (checker.exempt.has(user) || refreshed + ON_THE_WAY_SECONDS > world.queue.now() / 1000) return;
  for (const problem of userProblems(world, members, user)) report(checker, world, problem);
};

const describe = ({ user, ip, member }: Session): string => `${user.name}@${member} on ${ip}`;

const report = (checker: Checker, world: World, text: string): void => {
  checker.violations.push(`${seconds(world)}: ${text}`);
};
