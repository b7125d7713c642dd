/**
 * How directors tell each other what they think of backends, through rings that know nothing of it: as USER-KICK-ALT of
 * a field that no session has. Dovecot's directors pass it on, and their login processes find nobody to drop.
 *
 *     homing_health   vote 10.0.0.1 9090 90 10.2.0.12 10.2.0.13     who, for how many seconds, which backends are down
 *     homing_health   down 10.2.0.12 1795307196                     was set down for its health, with its updown time
 */
import { type ByteString, type IpAddress, parseIpAddress, parsePort, parseUint32 } from '@homing/wire';
import type { DirectorHost } from '../ring/ring.ts';

export const HEALTH_FIELD = 'homing_health';

export type Bulletin =
  | { tell: 'vote'; voter: DirectorHost; seconds: number; down: readonly IpAddress[] }
  | { tell: 'down'; ip: IpAddress; updownTime: number };

/** Of a line's 1024 bytes, with room for the command and its origin. */
const MAX_BYTES = 800;

/** Undefined: too many to tell. Whoever sees so many backends down should look at itself. */
export const formatBulletin = (bulletin: Bulletin): ByteString | undefined => {
  const text =
    bulletin.tell === 'down'
      ? `down ${bulletin.ip} ${bulletin.updownTime}`
      : ['vote', bulletin.voter.ip, bulletin.voter.port, bulletin.seconds, ...bulletin.down].join(' ');
  return text.length <= MAX_BYTES ? text : undefined;
};

/** Undefined: nothing that we understand. */
export const parseBulletin = (text: ByteString): Bulletin | undefined => {
  const [tell, address = '', ...words] = text.split(' ');
  const ip = parseIpAddress(address);
  if (ip === undefined) return undefined;
  if (tell === 'down') {
    const updownTime = parseUint32(words[0]);
    return updownTime === undefined ? undefined : { tell, ip, updownTime };
  }
  const port = parsePort(words[0]);
  const seconds = parseUint32(words[1]);
  if (tell !== 'vote' || port === undefined || seconds === undefined) return undefined;
  const down = words.slice(2).flatMap((word) => parseIpAddress(word) ?? []);
  return { tell, voter: { ip, port }, seconds, down };
};
