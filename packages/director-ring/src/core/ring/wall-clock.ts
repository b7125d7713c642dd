/**
 * The core's time never steps. The machine's clock may be set, or go on while the machine sleeps, and it is the clock that
 * directors compare: who says that a user was refreshed before it expired by theirs is not heard. So times change at the
 * edge of the ring, by as many seconds as the clock has run away from the core's time since the start.
 */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';

/** As others are to read it. */
export const toClock = ({ clockAhead }: Director, command: RingCommand): RingCommand => shifted(command, clockAhead);

/** As the core is to read it. */
export const fromClock = ({ clockAhead }: Director, command: RingCommand): RingCommand => shifted(command, -clockAhead);

/** What an administrator reads. `ms`: of the core's time, 0 = never. Unix seconds. */
export const clockSeconds = ({ clockAhead }: Pick<Director, 'clockAhead'>, ms: number): number =>
  ms === 0 ? 0 : Math.floor(ms / 1000) + clockAhead;

/** When a backend went up or down is only compared with what others say of it, and is the clock's everywhere. */
const shifted = (command: RingCommand, seconds: number): RingCommand => {
  if (seconds === 0) return command;
  switch (command.cmd) {
    case 'ME':
    case 'PING':
    case 'PONG':
      return command.time === undefined ? command : { ...command, time: command.time + seconds };
    case 'U':
      return { ...command, timestamp: Math.max(0, command.timestamp + seconds) };
    case 'USER':
      return command.timestamp === undefined
        ? command
        : { ...command, timestamp: Math.max(0, command.timestamp + seconds) };
    case 'SYNC': {
      const { state } = command;
      if (state === undefined || state.timestamp === 0) return command;
      return { ...command, state: { ...state, timestamp: Math.max(1, state.timestamp + seconds) } };
    }
    default:
      return command;
  }
};
