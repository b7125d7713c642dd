import type { UserId } from './user-records.ts';

/** Hears what happens to the users of a tag, so that it can be written down. */
export type UserWatch = {
  /** New, or on another mail host. */
  changed(id: UserId): void;
  refreshed(id: UserId, timestamp: number): void;
  /** Expired or removed; the number may be another user's soon. */
  freed(id: UserId): void;
  /** Forgotten before it expired. */
  removed(hash: number): void;
};
