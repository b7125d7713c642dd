/**
 * Session ids as Dovecot makes them (client_get_session_id()): base64 without padding of the clock's lowest 48 bits in
 * microseconds, the remote port, both little-endian, and the remote address.
 */
import { encodeBase64, ipAddressBytes, parseIpAddress } from '@homing/wire';

const BITS_48 = 2 ** 48;

/** `now`: Unix milliseconds; a fraction makes ids of the same millisecond differ. Taken when the client connects. */
export const createSessionId = (now: number, ip: string, port: number): string => {
  let micros = Math.floor(now * 1000) % BITS_48;
  const bytes: number[] = [];
  for (let i = 0; i < 6; i++) {
    bytes.push(micros % 256);
    micros = Math.floor(micros / 256);
  }
  const address = parseIpAddress(ip);
  bytes.push(port & 0xff, (port >> 8) & 0xff, ...(address === undefined ? [] : ipAddressBytes(address)));
  return encodeBase64(String.fromCharCode(...bytes)).replace(/=+$/, '');
};
