import type { Director } from './director.ts';

/** Less is the uncertainty of reading two clocks. */
const SET_SECONDS = 2;

/** `clock`: what the machine's clock says, which may be set while the core's time goes on. Both in Unix milliseconds. */
export const followClock = (director: Director, clock: number, now: number): void => {
  const ahead = Math.trunc((clock - now) / 1000);
  const seconds = ahead - director.clockAhead;
  if (Math.abs(seconds) < SET_SECONDS) return;
  director.clockAhead = ahead;
  const text = `Clock was set ${Math.abs(seconds)} secs ${seconds > 0 ? 'forward' : 'back'}`;
  director.effects.push({ do: 'log', level: 'warning', event: 'director_clock_set', fields: { seconds }, text });
};
