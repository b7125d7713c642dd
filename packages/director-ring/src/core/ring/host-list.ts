import type { Director } from '../director.ts';
import { logPeer } from './log.ts';
import { replaceHosts } from './on-host.ts';
import type { HostListUse, Peer } from './peer.ts';
import { isHandshaked } from './ring.ts';

/**
 * Whose backends count? Who was in a ring already knows better than who comes to it; between two of a kind the lists are
 * merged. `isComplete`: the peer was in a ring.
 */
export const startHostList = (director: Director, peer: Peer, isComplete: boolean, now: number): HostListUse => {
  const { ring } = director;
  const use = listUse(isHandshaked(ring), isComplete);
  peer.listUse = use;
  logPeer(director, peer, 'debug', 'director_host_list', TEXTS[use]);
  if (use === 'replace') {
    ring.hasJoined = true;
    replaceHosts(director, now);
  }
  return use;
};

const TEXTS: Readonly<Record<HostListUse, string>> = {
  replace: "We're joining a ring - replace all hosts",
  ignore: 'Remote is joining our ring - ignore all remote HOSTs',
  merge: "Merge rings' hosts",
};

const listUse = (isOursComplete: boolean, isTheirsComplete: boolean): HostListUse => {
  if (isOursComplete === isTheirsComplete) return 'merge';
  return isOursComplete ? 'ignore' : 'replace';
};
