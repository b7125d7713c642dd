/** Two directors say different things about a backend: which counts (director_cmd_host_int()). */
import type { RingHost } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';

export type HostState = Pick<RingHost, 'vhosts' | 'tag' | 'isDown' | 'updownTime'>;

/** `take`: theirs is a change. `merge`: two rings meet. `settle`: both sides changed it at once. */
export type HostMerge = 'take' | 'merge' | 'settle';

/**
 * The time never shrinks, or two directors might flip a state for ever. Upstream takes any state when rings merge, and
 * so lets an old "up" end a newer "down".
 */
export const mergeHost = (ours: MailHost, theirs: RingHost, how: HostMerge): HostState => {
  const updownTime = Math.max(ours.updownTime, theirs.updownTime);
  if (how === 'settle') return { ...settle(ours, theirs), updownTime };
  const isOursNewer = how === 'merge' && ours.updownTime > theirs.updownTime;
  return { vhosts: theirs.vhosts, tag: theirs.tag, isDown: isOursNewer ? ours.isDown : theirs.isDown, updownTime };
};

/** Whatever the order in which changes arrive, all come to the same. Upstream decides neither equal times nor tags. */
const settle = (ours: MailHost, theirs: RingHost): Omit<HostState, 'updownTime'> => ({
  vhosts: Math.min(ours.vhosts, theirs.vhosts),
  tag: [ours.tag, theirs.tag].toSorted()[1] ?? '',
  isDown:
    ours.updownTime === theirs.updownTime
      ? ours.isDown || theirs.isDown
      : (ours.updownTime > theirs.updownTime ? ours : theirs).isDown,
});

export const isSameState = (a: HostState, b: HostState): boolean =>
  a.vhosts === b.vhosts && a.isDown === b.isDown && a.tag === b.tag;

/** `Host 10.0.0.1 is being updated ...`: what theirs would have changed, and what it is to be. */
export const settledText = (ours: MailHost, theirs: RingHost, result: HostState): string => {
  const word = (isDown: boolean): string => (isDown ? 'down' : 'up');
  const changes = [];
  if (result.isDown !== ours.isDown) changes.push(`${word(ours.isDown)} -> ${word(result.isDown)}`);
  if (theirs.vhosts !== ours.vhosts) changes.push(`vhosts ${ours.vhosts} -> ${theirs.vhosts}`);
  return (
    `Host ${ours.ip} is being updated before previous update had finished (${changes.join(', ')})` +
    ` - setting to state=${word(result.isDown)} vhosts=${result.vhosts}`
  );
};
