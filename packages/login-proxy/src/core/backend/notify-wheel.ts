/**
 * When which session is due to tell the director that it still lives (`proxy_refresh`). One wheel for all sessions of a
 * process, turned once a second; a session costs one set entry.
 */
import type { ByteString } from '@homing/wire';

export type NotifyEntry = { readonly user: ByteString; readonly everySeconds: number };

export type NotifyWheel = {
  /** `second`: the clock's; the entry is due `everySeconds` later. */
  add(entry: NotifyEntry, second: number): void;
  remove(entry: NotifyEntry): void;
  /** Every entry that is due by `second`, once; each is due again a period after it was due. */
  turn(second: number): NotifyEntry[];
  readonly size: number;
};

export const createNotifyWheel = (): NotifyWheel => {
  const due = new Map<number, Set<NotifyEntry>>();
  const dueAt = new Map<NotifyEntry, number>();
  let turnedTo = 0;

  const put = (entry: NotifyEntry, second: number): void => {
    const slot = due.get(second);
    if (slot === undefined) due.set(second, new Set([entry]));
    else slot.add(entry);
    dueAt.set(entry, second);
  };
  const take = (second: number): NotifyEntry[] => {
    const slot = due.get(second);
    if (slot === undefined) return [];
    due.delete(second);
    return [...slot];
  };
  return {
    add: (entry, second) => put(entry, Math.max(second, turnedTo) + entry.everySeconds),
    remove(entry) {
      const second = dueAt.get(entry);
      if (second === undefined) return;
      dueAt.delete(entry);
      const slot = due.get(second);
      slot?.delete(entry);
      if (slot?.size === 0) due.delete(second);
    },
    turn(second) {
      const entries: NotifyEntry[] = [];
      // After a long standstill or a jump of the clock there are fewer slots than seconds.
      const seconds = [...due.keys()].filter((slot) => slot <= second).toSorted((a, b) => a - b);
      for (const slot of seconds) entries.push(...take(slot));
      turnedTo = Math.max(turnedTo, second);
      for (const entry of entries) put(entry, second + entry.everySeconds);
      return entries;
    },
    get size() {
      return dueAt.size;
    },
  };
};
