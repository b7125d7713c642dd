/**
 * Our users for a director that we connected to: those known when the list began and not refreshed since, since the
 * others are told anyway. In batches, so that a million users do not stop anything.
 */
import { ringSupports } from '@homing/wire';
import type { Director } from '../director.ts';
import { NO_USER } from '../user/user-records.ts';
import { logPeer } from './log.ts';
import { lineFor, type Peer, send, sendText } from './peer.ts';

/** Users of a batch: about 40 kB, a few milliseconds. */
const BATCH = 1000;

export const startHandover = (director: Director, peer: Peer, now: number): void => {
  peer.handover = createHandover(director, Math.floor(now / 1000));
  handOver(director, peer.id, now);
};

const createHandover = ({ hosts }: Director, since: number): NonNullable<Peer['handover']> => {
  const tags = [...hosts.tags()];
  let cursor = tags[0]?.users.cursor();
  return {
    next() {
      for (let tag = tags[0]; tag !== undefined && cursor !== undefined; tag = tags[0]) {
        const id = cursor.next();
        const user = id === NO_USER ? undefined : tag.users.user(id);
        // Refreshed since, like all behind it: the end as well.
        if (user !== undefined && user.timestamp <= since) {
          const { hash, timestamp } = user;
          return { cmd: 'U', hash, ip: hosts.at(user.host).ip, timestamp, isWeak: tag.users.isWeak(id) };
        }
        cursor.close();
        tags.shift();
        cursor = tags[0]?.users.cursor();
      }
      return undefined;
    },
    close: () => cursor?.close(),
  };
};

/** The next batch. True while there are more: call again when what was sent has left. */
export const handOver = (director: Director, id: number, now: number): boolean => {
  const peer = director.ring.peers.get(id);
  if (peer?.handover === undefined) return false;
  peer.timer.at = now + peer.timer.ms;
  let text = '';
  for (let left = BATCH; left > 0; left--) {
    const user = peer.handover.next();
    if (user === undefined) {
      sendText(director, peer, text);
      peer.handover = undefined;
      finish(director, peer);
      return false;
    }
    text += lineFor(director, peer, user);
    peer.handshakeUsersSent++;
  }
  sendText(director, peer, text);
  return true;
};

const finish = (director: Director, peer: Peer): void => {
  if (!ringSupports(peer.minor, 'options')) {
    // As Dovecot: it never gets DONE and leaves.
    const text = 'Director version is too old for supporting director_consistent_hashing=yes';
    logPeer(director, peer, 'error', 'director_too_old', text);
    return;
  }
  send(director, peer, { cmd: 'OPTIONS', options: ['consistent-hashing'] });
  send(director, peer, { cmd: 'DONE' });
};
