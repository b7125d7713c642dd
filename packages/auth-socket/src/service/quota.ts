/** How many requests may be under way, of one connection and of all: each holds memory until it is answered. */
export type Quota = {
  /** False when there are too many; counted as refused, at the limit for all. */
  readonly admits: () => boolean;
  readonly refuse: () => void;
  readonly take: () => void;
  readonly give: (count?: number) => void;
  /** How many were refused since the last question. */
  readonly takeRefused: () => number;
};

/** What is taken counts in `within` too. */
export const createQuota = (limit: number, within?: Quota): Quota => {
  let used = 0;
  let refused = 0;
  const refuse = (): void => {
    if (within === undefined) refused++;
    else within.refuse();
  };
  return {
    admits() {
      if (used < limit) return within?.admits() ?? true;
      refuse();
      return false;
    },
    refuse,
    take() {
      used++;
      within?.take();
    },
    give(count = 1) {
      used -= count;
      within?.give(count);
    },
    takeRefused() {
      const count = refused;
      refused = 0;
      return count;
    },
  };
};
