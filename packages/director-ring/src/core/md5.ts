import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';

const ASCII = /^[\x00-\x7f]*$/;

/** The first four bytes, big-endian. By way of strings, which Node makes three times as fast as Buffers. */
export const md5Start = (bytes: ByteString): number => {
  const digest = hash('md5', ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1'), 'binary');
  const start = (digest.charCodeAt(0) << 24) | (digest.charCodeAt(1) << 16);
  return (start | (digest.charCodeAt(2) << 8) | digest.charCodeAt(3)) >>> 0;
};
