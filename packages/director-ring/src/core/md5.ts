/**
 * The start of an MD5 (RFC 1321). A director hashes a name with each request, and names fit in one block: there the
 * 64 steps in plain JavaScript take a quarter of the time that a call of OpenSSL does.
 */
import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';

/** Longer ones need a second block for their length. */
const MAX_ONE_BLOCK = 55;

/** RFC 1321 3.4: `T[i]`, and how far the steps of each round rotate. */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
const ROTATIONS = Uint8Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);

/** Filled anew by each call; a typed array of its own would cost more than the hash. */
const block = new Int32Array(16);

/** The first four bytes, big-endian. */
export const md5Start = (bytes: ByteString): number =>
  bytes.length > MAX_ONE_BLOCK ? startOf(hash('md5', Buffer.from(bytes, 'latin1'), 'buffer')) : oneBlock(bytes);

const startOf = (digest: Buffer): number => digest.readUInt32BE(0);

/** Four loops, one for each round: what they differ in is the function of b, c and d, and the order of the words. */
const oneBlock = (bytes: ByteString): number => {
  fillBlock(bytes);
  let a = 0x6745_2301;
  let b = 0xefcd_ab89 | 0;
  let c = 0x98ba_dcfe | 0;
  let d = 0x1032_5476;
  for (let i = 0; i < 16; i++) {
    const sum = (((a + ((b & c) | (~b & d))) | 0) + addend(i, i)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotated(sum, ROTATIONS[i & 3] ?? 0)) | 0;
  }
  for (let i = 16; i < 32; i++) {
    const sum = (((a + ((d & b) | (~d & c))) | 0) + addend(i, 5 * i + 1)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotated(sum, ROTATIONS[4 | (i & 3)] ?? 0)) | 0;
  }
  for (let i = 32; i < 48; i++) {
    const sum = (((a + (b ^ c ^ d)) | 0) + addend(i, 3 * i + 5)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotated(sum, ROTATIONS[8 | (i & 3)] ?? 0)) | 0;
  }
  for (let i = 48; i < 64; i++) {
    const sum = (((a + (c ^ (b | ~d))) | 0) + addend(i, 7 * i)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotated(sum, ROTATIONS[12 | (i & 3)] ?? 0)) | 0;
  }
  return swapped(a + 0x6745_2301);
};

const addend = (step: number, word: number): number => ((SINES[step] ?? 0) + (block[word & 15] ?? 0)) | 0;

const rotated = (sum: number, by: number): number => (sum << by) | (sum >>> (32 - by));

/** The text, a one bit, zeros, and the text's length in bits; bytes of a word from the lowest up. */
const fillBlock = (bytes: ByteString): void => {
  const { length } = bytes;
  let word = 0;
  for (let i = 0; i < length; i++) {
    word |= bytes.charCodeAt(i) << ((i & 3) << 3);
    if ((i & 3) !== 3) continue;
    block[i >> 2] = word;
    word = 0;
  }
  block[length >> 2] = word | (0x80 << ((length & 3) << 3));
  for (let i = (length >> 2) + 1; i < 16; i++) block[i] = 0;
  block[14] = length << 3;
};

const swapped = (word: number): number =>
  ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
