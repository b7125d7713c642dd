import type { UserId } from './user-records.ts';

/** Hears what happens to the users of a tag, so that it can be written down. */
export type UserWatch = {
  /** New, or on another mail host. */
  changed(id: UserId): void;
  refreshed(id: UserId, timestamp: number): void;
  /** Gone; the number may be another user's soon. */
  freed(id: UserId): void;
  /** All users of a mail host were forgotten, each told of by `freed`. */
  hostForgotten(host: number): void;
};
