/** Which directors are mixed, by their order in the ring: D for Dovecot's, H for ours. */
import type { Kind } from './member.ts';

export const kindsOf = (letters: string): Kind[] =>
  letters.split('').map((letter) => (letter === 'D' ? 'dovecot' : 'homing'));

/** `HOMING_INTEROP_RINGS=DDD` runs the tests on real directors alone: what a test expects has to hold there too. */
export const compositions = (...letters: string[]): string[] => process.env.HOMING_INTEROP_RINGS?.split(',') ?? letters;
