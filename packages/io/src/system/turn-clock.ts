/**
 * A clock that is read at most once in a turn of the event loop, since all requests of one read come at the same time and
 * asking the system for it takes as long as a tenth of a request.
 */
export const createTurnClock = (
  now: () => number,
  later: (turn: () => void) => void = setImmediate,
): (() => number) => {
  let time: number | undefined;
  const forget = (): void => {
    time = undefined;
  };
  return () => {
    if (time === undefined) {
      time = now();
      later(forget);
    }
    return time;
  };
};
