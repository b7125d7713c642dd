/**
 * Reads one line of the ring. The codec knows no state, so the caller decides what a command means where it stands: a
 * connection that waits for VERSION or ME refuses everything else before it looks at this codec's complaint; `U`, host
 * lists, OPTIONS and DONE belong to the handshake; `USER` with a timestamp from a peer below minor 9 is a handshake user
 * like `U`, and only such a one may be weak.
 *
 * Leniencies are those of director-connection.c 2.3.21: additional arguments are ignored except by the commands that
 * check their number. It does not look at the other arguments of a change it has seen before; we do.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { type Args, invalidParameters, parseTime, readIp, readIpPort, readOrigin, readUint } from './arguments.ts';
import type { RingCommand, RingOrigin, SyncState } from './command.ts';
import { DIRECTOR_RING_VERSION } from './features.ts';
import { readHost } from './host-line.ts';
import { DIRECTOR_RING_MAX_FIELDS, fitsRingLine } from './limits.ts';
import { readPlainUser, readUser } from './user-line.ts';

/**
 * `line`: without its LF. `inHostList`: between HOST-HAND-START and HOST-HAND-END, where HOST has no origin.
 * Throws `WireError`: `bad-line` with the reason for `formatRingInputError`, `bad-version` with the whole log text.
 */
export const parseRingCommand = (line: ByteString, inHostList: boolean): RingCommand =>
  (line.startsWith('U\t') ? readPlainUser('U', line, 2) : undefined) ??
  (line.startsWith('USER\t') ? readPlainUser('USER', line, 5) : undefined) ??
  parseFields(splitTabs(line), inHostList);

const parseFields = (fields: Args, inHostList: boolean): RingCommand => {
  const [cmd, ...args] = fields;
  if (cmd === undefined) throw new WireError('bad-line', 'Received empty line');
  if (fields.length > DIRECTOR_RING_MAX_FIELDS) throw new WireError('bad-line', 'Too many parameters');
  if (cmd === 'HOST' && inHostList) return { cmd, origin: undefined, host: readHost(args) };
  const parse = Object.hasOwn(PARSERS, cmd) ? PARSERS[cmd] : undefined;
  if (parse === undefined) throw new WireError('bad-line', `Unknown command ${cmd}`);
  return parse(args);
};

/** The change that an origin numbered; exactly `count` arguments follow the origin. */
const readChange = (args: Args, count: number): { origin: RingOrigin; rest: Args } => {
  const change = readOrigin(args);
  if (change.rest.length !== count) throw invalidParameters();
  return change;
};

const readVersion = ([protocol, majorText, minorText]: Args): RingCommand => {
  if (protocol === undefined || majorText === undefined || minorText === undefined) {
    throw new WireError('bad-line', 'Incompatible protocol');
  }
  if (protocol !== DIRECTOR_RING_VERSION.protocol) {
    throw new WireError('bad-version', `Wrong protocol in socket (${protocol} vs ${DIRECTOR_RING_VERSION.protocol})`);
  }
  const major = parseUint32(majorText);
  const minor = parseUint32(minorText);
  if (major === undefined || minor === undefined) {
    throw new WireError('bad-version', `Invalid protocol version: ${majorText}.${minorText}`);
  }
  if (major !== DIRECTOR_RING_VERSION.major) {
    throw new WireError('bad-version', `Incompatible protocol version: ${major} vs ${DIRECTOR_RING_VERSION.major}`);
  }
  return { cmd: 'VERSION', protocol, major, minor };
};

const readMe = (args: Args): RingCommand => {
  const { ip, port } = readIpPort(args);
  const time = parseTime(args[2]);
  if (args[2] !== undefined && time === undefined) throw new WireError('bad-line', 'Invalid ME timestamp');
  return { cmd: 'ME', ip, port, time };
};

const readSync = (args: Args): RingCommand => {
  if (args.length < 3) throw invalidParameters();
  return { cmd: 'SYNC', ...readIpPort(args), seq: readUint(args[2]), state: readSyncState(args.slice(3)) };
};

const readSyncState = ([minor, timestamp, hostsHash]: Args): SyncState | undefined => {
  if (minor === undefined) return undefined;
  return {
    minor: readUint(minor),
    timestamp: timestamp === undefined ? 0 : readUint(timestamp),
    hostsHash: hostsHash === undefined ? 0 : readUint(hostsHash),
  };
};

/** Never an error: their arguments are for warnings only. */
const readPing = (cmd: 'PING' | 'PONG', args: Args): RingCommand => {
  const time = parseTime(args[0]);
  const buffered = parseTime(args[1]);
  const isWhole = time !== undefined && buffered !== undefined && buffered >= 0;
  return isWhole ? { cmd, time, buffered } : { cmd, time: undefined, buffered: undefined };
};

const director =
  (cmd: 'DIRECTOR' | 'DIRECTOR-REMOVE'): ((args: Args) => RingCommand) =>
  (args) => ({ cmd, ...readIpPort(args) });

const hostChange =
  (cmd: 'HOST-REMOVE' | 'HOST-FLUSH'): ((args: Args) => RingCommand) =>
  (args) => {
    const { origin, rest } = readChange(args, 1);
    return { cmd, origin, ip: readIp(rest[0]) };
  };

const userChange =
  (cmd: 'USER-WEAK' | 'USER-MOVE'): ((args: Args) => RingCommand) =>
  (args) => {
    const { origin, rest } = readChange(args, 2);
    return { cmd, origin, hash: readUint(rest[0]), ip: readIp(rest[1]) };
  };

const PARSERS: Readonly<Record<string, (args: Args) => RingCommand>> = {
  VERSION: readVersion,
  ME: readMe,
  DIRECTOR: director('DIRECTOR'),
  'DIRECTOR-REMOVE': director('DIRECTOR-REMOVE'),
  CONNECT: (args) => {
    if (args.length !== 2) throw invalidParameters();
    return { cmd: 'CONNECT', ...readIpPort(args) };
  },
  'HOST-HAND-START': ([flag]) => ({ cmd: 'HOST-HAND-START', isComplete: readUint(flag) !== 0 }),
  'HOST-HAND-END': ([flag]) => ({ cmd: 'HOST-HAND-END', isComplete: (parseUint32(flag) ?? 0) !== 0 }),
  HOST: (args) => {
    const { origin, rest } = readOrigin(args);
    return { cmd: 'HOST', origin, host: readHost(rest) };
  },
  'HOST-REMOVE': hostChange('HOST-REMOVE'),
  'HOST-FLUSH': hostChange('HOST-FLUSH'),
  U: (args) => readUser('U', args),
  USER: (args) => readUser('USER', args),
  'USER-WEAK': userChange('USER-WEAK'),
  'USER-MOVE': userChange('USER-MOVE'),
  'USER-KILLED': (args) => {
    if (args.length !== 1) throw invalidParameters();
    return { cmd: 'USER-KILLED', hash: readUint(args[0]) };
  },
  'USER-KILLED-EVERYWHERE': (args) => {
    const { origin, rest } = readChange(args, 1);
    return { cmd: 'USER-KILLED-EVERYWHERE', origin, hash: readUint(rest[0]) };
  },
  'USER-KICK': (args) => {
    const { origin, rest } = readChange(args, 1);
    const [username = ''] = rest;
    if (!fitsRingLine(username)) throw new WireError('bad-line', 'Too long username');
    return { cmd: 'USER-KICK', origin, username };
  },
  'USER-KICK-ALT': (args) => {
    const { origin, rest } = readChange(args, 2);
    const [field = '', value = ''] = rest;
    if (!fitsRingLine(field, value)) throw new WireError('bad-line', 'Too long field value');
    return { cmd: 'USER-KICK-ALT', origin, field, value };
  },
  'USER-KICK-HASH': (args) => {
    const { origin, rest } = readChange(args, 2);
    return { cmd: 'USER-KICK-HASH', origin, hash: readUint(rest[0]), exceptIp: readIp(rest[1]) };
  },
  SYNC: readSync,
  PING: (args) => readPing('PING', args),
  PONG: (args) => readPing('PONG', args),
  OPTIONS: (options) => ({ cmd: 'OPTIONS', options }),
  DONE: () => ({ cmd: 'DONE' }),
  QUIT: (words) => ({ cmd: 'QUIT', reason: words.join(' ') }),
};
