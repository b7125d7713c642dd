/** The clock of the failure delay: looks at the queue every 500 ms while anything waits in it. */
import { createFailureDelay, FAILURE_CHECK_MS } from '../core/request/failure-delay.ts';

export type FailureQueue = {
  /** Calls `reply` after `delay` seconds, at once for 0. */
  readonly add: (reply: () => void, delay: number) => void;
  /** Sends what waits; nothing is delayed any more. */
  readonly flush: () => void;
};

export const createFailureQueue = (now: () => number, pick: (below: number) => number): FailureQueue => {
  const queue = createFailureDelay<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const check = (): void => {
    for (const reply of queue.takeDue(now(), pick)) reply();
    if (queue.size() > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    add(reply, delay) {
      if (delay === 0 || isOver) return reply();
      queue.add(reply, delay, now());
      timer ??= setInterval(check, FAILURE_CHECK_MS).unref();
    },
    flush() {
      isOver = true;
      clearInterval(timer);
      timer = undefined;
      for (const reply of queue.takeAll()) reply();
    },
  };
};
