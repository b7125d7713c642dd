/**
 * Turns at something long that serves many at once: one list of all sessions, for all kicks that are due when it begins.
 * One at a time, and together never more than half of the time.
 */
export type ListTurns<Waiter> = {
  /** In the first turn that begins at `dueAt` or later; not before what is still to come of this turn of the loop. */
  wait(waiter: Waiter, dueAt: number): void;
  /** No turn begins any more. */
  close(): void;
};

/** `takeTurn` never rejects. `now`: milliseconds that never step. */
export const createListTurns = <Waiter>(
  takeTurn: (waiters: readonly Waiter[]) => Promise<void>,
  now: () => number,
): ListTurns<Waiter> => {
  const waiting = new Map<Waiter, number>();
  let isBusy = false;
  let isClosed = false;
  let restUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  let armedFor = Number.POSITIVE_INFINITY;

  const arm = (dueAt: number): void => {
    const at = Math.max(dueAt, restUntil);
    if (isBusy || isClosed || at >= armedFor) return;
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(() => void turn(), Math.max(0, Math.ceil(at - now()))).unref();
  };
  const turn = async (): Promise<void> => {
    const began = now();
    armedFor = Number.POSITIVE_INFINITY;
    const due = [...waiting].filter(([, dueAt]) => dueAt <= began).map(([waiter]) => waiter);
    for (const waiter of due) waiting.delete(waiter);
    if (due.length > 0) {
      isBusy = true;
      await takeTurn(due);
      restUntil = 2 * now() - began;
      isBusy = false;
    }
    let next = Number.POSITIVE_INFINITY;
    for (const dueAt of waiting.values()) next = Math.min(next, dueAt);
    if (waiting.size > 0) arm(next);
  };
  return {
    wait(waiter, dueAt) {
      waiting.set(waiter, dueAt);
      arm(dueAt);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      waiting.clear();
    },
  };
};
