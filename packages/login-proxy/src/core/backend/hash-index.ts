/**
 * Sessions by a director's hash of the name at the backend. A director that empties a mail host kicks thousands of users
 * one by one, and not each of these kicks may look at all sessions. Built for the first one; where no director asks it
 * costs nothing.
 */
import type { ByteString } from '@homing/wire';

export type HashIndex<Session> = {
  /** For sessions that come and go after the first question. */
  add(session: Session): void;
  remove(session: Session): void;
  /** `all`: the sessions there are, at the first question. `hashOf`: the same function each time. */
  find(hash: number, hashOf: HashOf, all: Iterable<Session>): readonly Session[];
};

export type HashOf = (user: ByteString) => number;

export const createHashIndex = <Session extends { readonly destuser: ByteString }>(): HashIndex<Session> => {
  const byHash = new Map<number, Session[]>();
  let hashOf: HashOf | undefined;

  const put = (session: Session, hash: number): void => {
    const others = byHash.get(hash);
    if (others === undefined) byHash.set(hash, [session]);
    else others.push(session);
  };
  return {
    add(session) {
      if (hashOf !== undefined) put(session, hashOf(session.destuser));
    },
    remove(session) {
      if (hashOf === undefined) return;
      const hash = hashOf(session.destuser);
      const left = byHash.get(hash)?.filter((other) => other !== session) ?? [];
      if (left.length === 0) byHash.delete(hash);
      else byHash.set(hash, left);
    },
    find(hash, given, all) {
      if (hashOf === undefined) {
        hashOf = given;
        for (const session of all) put(session, given(session.destuser));
      }
      return byHash.get(hash) ?? [];
    },
  };
};
