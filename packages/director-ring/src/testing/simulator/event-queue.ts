/** What happens when, in simulated time. Events of the same millisecond happen in the order they were added. */
type Event = { readonly at: number; readonly order: number; readonly run: () => void };

export type EventQueue = {
  now(): number;
  /** `delay`: milliseconds from now. */
  after(delay: number, run: () => void): void;
  /** Lets everything happen up to and including a time, which is now afterwards. */
  runUntil(time: number): void;
};

/** More events of one millisecond than this: something goes in circles. */
const MAX_AT_ONCE = 3000;

const isEarlier = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** `start`: Unix milliseconds. */
export const createEventQueue = (start: number): EventQueue => {
  const heap: Event[] = [];
  let now = start;
  let added = 0;
  let atOnce = 0;

  const push = (event: Event): void => {
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isEarlier(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  };
  const sink = (event: Event): void => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least === undefined) break;
      if (right !== undefined && isEarlier(right, least)) {
        least = right;
        child++;
      }
      if (!isEarlier(least, event)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = event;
  };
  const shift = (): void => {
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) sink(last);
  };
  return {
    now: () => now,
    after: (delay, run) => push({ at: now + Math.max(0, delay), order: added++, run }),
    runUntil(time) {
      for (let next = heap[0]; next !== undefined && next.at <= time; next = heap[0]) {
        shift();
        atOnce = next.at === now ? atOnce + 1 : 0;
        if (atOnce > MAX_AT_ONCE) throw new Error('time stands still');
        now = next.at;
        next.run();
      }
      now = time;
    },
  };
};
