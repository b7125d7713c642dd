import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';

export const md5 = (bytes: ByteString): Uint8Array => hash('md5', Buffer.from(bytes, 'latin1'), 'buffer');

/** The first four bytes, big-endian. */
export const md5Start = (bytes: ByteString): number =>
  hash('md5', Buffer.from(bytes, 'latin1'), 'buffer').readUInt32BE(0);
