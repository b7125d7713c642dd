/**
 * Bounds on what one member of the ring may make another one hold. The line limit is Dovecot's (director-connection.c,
 * MAX_INBUF_SIZE); it checks none of the others, and its own lines stay far below them.
 */
import type { ByteString } from '../line/bytes.ts';
import { escapeTab } from '../line/escape.ts';

/** Bytes of a line without its LF. A longer one costs the sender 60 s of exclusion. */
export const DIRECTOR_RING_MAX_LINE = 1023;

/** The command itself is one of them. */
export const DIRECTOR_RING_MAX_FIELDS = 16;

/** Of one backend. An administrator may set 1000, a configuration repeats backends at 100 each. */
export const DIRECTOR_RING_MAX_VHOSTS = 10_000;

export const DIRECTOR_RING_MAX_TAG = 255;

/** A name in the DNS has at most 253 bytes (RFC 1035 2.3.4). */
export const DIRECTOR_RING_MAX_HOSTNAME = 255;

/**
 * A username of USER-KICK, or field, TAB and value of USER-KICK-ALT, as escaped on the wire: what fits into a line
 * behind the longest origin, so that whatever one director accepts, the next one can be told.
 */
const MAX_NAMES = 950;

/** What an administrator asks to be kicked must pass this before it becomes a command of the ring. */
export const fitsRingLine = (...names: readonly ByteString[]): boolean =>
  names.map(escapeTab).join('\t').length <= MAX_NAMES;
