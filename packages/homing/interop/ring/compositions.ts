/** Which directors are mixed, by their order in the ring: D for Dovecot's, H for ours. */
import type { Kind } from './member.ts';

/** `HOMING_INTEROP_REAL=1` puts real directors in place of ours: what the tests expect of a ring has to hold there too. */
const ours: Kind = process.env.HOMING_INTEROP_REAL === undefined ? 'homing' : 'dovecot';

export const kindsOf = (letters: string): Kind[] =>
  letters.split('').map((letter) => (letter === 'D' ? 'dovecot' : ours));
