/** Keys that are due the same time after they were added, so that the oldest is always the first. */
export type Deadlines<Key> = {
  add(key: Key, now: number): void;
  remove(key: Key): void;
  /** The oldest key that is due, or undefined. It stays until it is removed. */
  due(now: number): Key | undefined;
  /** When the oldest is due. */
  next(): number | undefined;
};

/** Times in milliseconds. */
export const createDeadlines = <Key>(delay: number): Deadlines<Key> => {
  const times = new Map<Key, number>();
  return {
    add: (key, now) => void times.set(key, now + delay),
    remove: (key) => void times.delete(key),
    due(now) {
      for (const [key, time] of times) return time <= now ? key : undefined;
      return undefined;
    },
    next() {
      for (const time of times.values()) return time;
      return undefined;
    },
  };
};
