/** Walks over the users of a tag that go on while users come, go and are refreshed: a reset of a mail host takes minutes. */
import { NO_USER, type UserId, type UserRecords } from './user-records.ts';

/** From the least to the most recently refreshed. A user refreshed meanwhile is met again at the end. */
export type UserCursor = {
  /** The next user, or `NO_USER` at the end. */
  next(): UserId;
  close(): void;
};

export type Cursors = {
  open(): UserCursor;
  /** Before a record is freed or moved to the end of the list. */
  leave(id: UserId): void;
};

export const createCursors = (records: UserRecords): Cursors => {
  const cursors = new Set<{ at: UserId }>();
  return {
    open() {
      const cursor = { at: records.head() };
      cursors.add(cursor);
      return {
        next() {
          const id = cursor.at;
          if (id !== NO_USER) cursor.at = records.get(id, 'next');
          return id;
        },
        close: () => void cursors.delete(cursor),
      };
    },
    leave(id) {
      if (cursors.size === 0) return;
      for (const cursor of cursors) if (cursor.at === id) cursor.at = records.get(id, 'next');
    },
  };
};
