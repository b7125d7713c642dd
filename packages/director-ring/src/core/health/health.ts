/**
 * Backends that do not serve are set down, and up again when they do (the job of poolmon), in agreement: each director
 * probes for itself and tells the others; the lowest of those that probe acts, on what more than half of them say. Two
 * that disagree change nothing.
 *
 * Only what was set down for its health comes up by itself, never what an administrator set down. The last backend of a
 * tag is left up: then it is rather us who are cut off, and users have nowhere to go.
 */
import type { IpAddress } from '@homing/wire';
import { setHostDown } from '../admin/host-commands.ts';
import { startReset } from '../admin/host-reset.ts';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { logRing } from '../ring/log.ts';
import { compareHosts, findMember } from '../ring/members.ts';
import { ownOrigin, update } from '../ring/propagate.ts';
import { type DirectorHost, isSynced, type Member } from '../ring/ring.ts';
import { type Bulletin, formatBulletin, HEALTH_FIELD, parseBulletin } from './bulletin.ts';

type Opinion = { isDown: boolean; failures: number; successes: number; reason: string };
type Vote = { readonly voter: DirectorHost; readonly until: number; readonly down: ReadonlySet<IpAddress> };

export type Health = {
  /** What our own probes say. */
  readonly opinions: Map<IpAddress, Opinion>;
  /** By voter, ours too. */
  readonly votes: Map<string, Vote>;
  /** Set down for their health, and when. */
  readonly downs: Map<IpAddress, number>;
  /** Left up, said once. */
  readonly spared: Set<IpAddress>;
};

export const createHealth = (): Health => ({
  opinions: new Map(),
  votes: new Map(),
  downs: new Map(),
  spared: new Set(),
});

/** A vote is good for so many rounds, should the next ones get lost. */
const VOTE_ROUNDS = 3;

/** Of a director that does not probe any more, or says nonsense. */
const MAX_VOTE_SECONDS = 86_400;

/** The result of all probes of one backend; `failure` undefined: it serves. */
export const probed = (director: Director, ip: IpAddress, failure: string | undefined): void => {
  const { health, settings, hosts } = director;
  const opinion = health.opinions.get(ip) ?? {
    isDown: hosts.find(ip)?.isDown ?? false,
    failures: 0,
    successes: 0,
    reason: '',
  };
  health.opinions.set(ip, opinion);
  opinion.failures = failure === undefined ? 0 : opinion.failures + 1;
  opinion.successes = failure === undefined ? opinion.successes + 1 : 0;
  opinion.reason = failure ?? '';
  const limit = opinion.isDown ? settings.homing_health_up_after : settings.homing_health_down_after;
  if ((opinion.isDown ? opinion.successes : opinion.failures) < limit) return;
  opinion.isDown = !opinion.isDown;
  const what = opinion.isDown ? `does not serve here: ${failure}` : 'serves again here';
  logRing(director, 'info', 'health_changed', `health: Host ${ip} ${what}`, { host: ip });
};

/** All backends have been probed once more. */
export const endRound = (director: Director, now: number): void => {
  const { health, ring, hosts, settings } = director;
  for (const known of [health.opinions, health.downs, health.spared]) {
    for (const ip of known.keys()) if (hosts.find(ip) === undefined) known.delete(ip);
  }
  const down = [...health.opinions].flatMap(([ip, opinion]) => (opinion.isDown ? [ip] : []));
  const seconds = settings.homing_health_interval * VOTE_ROUNDS;
  const { ip, port } = ring.self;
  const vote: Bulletin = { tell: 'vote', voter: { ip, port }, seconds, down };
  if (!publish(director, vote)) {
    health.votes.delete(voterKey(vote.voter));
    const text = `health: ${down.length} mail hosts do not serve here, which is too many to be true`;
    logRing(director, 'error', 'health_too_many', text);
    return;
  }
  takeVote(health, vote, now);
  decide(director, now);
};

/** False if it cannot be said in one line. */
const publish = (director: Director, bulletin: Bulletin): boolean => {
  const value = formatBulletin(bulletin);
  if (value === undefined) return false;
  const { ring } = director;
  update(director, ring.self, { cmd: 'USER-KICK-ALT', origin: ownOrigin(director), field: HEALTH_FIELD, value });
  return true;
};

/** To one who may not have heard it: it may be the one that has to set them up again. */
const tellDowns = (director: Director): void => {
  for (const host of director.hosts.all()) {
    const { ip, updownTime } = host;
    if (isDownForHealth(director, host)) publish(director, { tell: 'down', ip, updownTime });
  }
};

/** From another director. What it means is no kick, so login processes hear nothing of it. */
export const onBulletin = (director: Director, text: string, now: number): void => {
  // Who does not probe does not decide.
  if (director.settings.homing_health_checks === '') return;
  const { health, hosts, ring } = director;
  const bulletin = parseBulletin(text);
  if (bulletin === undefined) return;
  if (bulletin.tell === 'vote') {
    if (findMember(ring, bulletin.voter)?.isSelf === false) {
      if (!health.votes.has(voterKey(bulletin.voter))) tellDowns(director);
      takeVote(health, bulletin, now);
    }
  } else if (hosts.find(bulletin.ip) !== undefined) health.downs.set(bulletin.ip, bulletin.updownTime);
  decide(director, now);
};

const voterKey = ({ ip, port }: DirectorHost): string => `${ip} ${port}`;

const takeVote = (health: Health, { voter, seconds, down }: Extract<Bulletin, { tell: 'vote' }>, now: number): void => {
  const until = now + Math.min(seconds, MAX_VOTE_SECONDS) * 1000;
  health.votes.set(voterKey(voter), { voter, until, down: new Set(down) });
};

const decide = (director: Director, now: number): void => {
  const { health, ring, hosts } = director;
  if (!isSynced(ring)) return;
  for (const [key, { voter, until }] of health.votes) {
    if (until <= now || !isMember(findMember(ring, voter))) health.votes.delete(key);
  }
  const votes = [...health.votes.values()];
  const [first] = votes.map(({ voter }) => voter).sort(compareHosts);
  if (first === undefined || findMember(ring, first)?.isSelf !== true) return;
  for (const host of hosts.all()) {
    if (host.isDesynced) continue;
    const down = votes.filter((vote) => vote.down.has(host.ip)).length;
    if (!host.isDown && down * 2 > votes.length) setDown(director, host, `${down} of ${votes.length}`, now);
    else if (host.isDown && (votes.length - down) * 2 > votes.length) setUp(director, host, now);
  }
};

const isMember = (member: Member | undefined): boolean => member !== undefined && member.removedSince === undefined;

const setDown = (director: Director, host: MailHost, agreed: string, now: number): void => {
  const { health, hosts, settings } = director;
  const isLast = !hosts.all().some((other) => other !== host && other.tag === host.tag && isUsable(other));
  if (isLast) {
    const text = `health: Host ${host.ip} does not serve, but is the last one that is up: it stays up`;
    if (!health.spared.has(host.ip)) logRing(director, 'error', 'health_last_host', text, { host: host.ip });
    health.spared.add(host.ip);
    return;
  }
  health.spared.delete(host.ip);
  const reason = health.opinions.get(host.ip)?.reason ?? '';
  const because = reason === '' ? '' : ` (${reason})`;
  const text = `health: Setting host ${host.ip} down, as ${agreed} directors say${because}`;
  logRing(director, 'warning', 'health_set_down', text, { host: host.ip });
  setHostDown(director, host.ip, true, now, 'health');
  health.downs.set(host.ip, host.updownTime);
  publish(director, { tell: 'down', ip: host.ip, updownTime: host.updownTime });
  if (settings.homing_health_move_users) {
    startReset(director, NOBODY, [host.ip], settings.director_max_parallel_moves, now);
  }
};

/** No admin session waits for the end of the reset. */
const NOBODY = 0;

const isUsable = (host: MailHost): boolean => !host.isDown && host.vhosts > 0;

/** Not by an administrator, nor by one since. */
export const isDownForHealth = ({ health }: Director, { ip, isDown, updownTime }: MailHost): boolean =>
  isDown && health.downs.get(ip) === updownTime;

const setUp = (director: Director, host: MailHost, now: number): void => {
  const { health } = director;
  if (!isDownForHealth(director, host)) return;
  health.downs.delete(host.ip);
  const text = `health: Setting host ${host.ip} up again`;
  logRing(director, 'warning', 'health_set_up', text, { host: host.ip });
  setHostDown(director, host.ip, false, now, 'health');
};
