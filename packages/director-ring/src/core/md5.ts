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

const oneBlock = (bytes: ByteString): number => {
  fillBlock(bytes);
  let a = 0x6745_2301;
  let b = 0xefcd_ab89 | 0;
  let c = 0x98ba_dcfe | 0;
  let d = 0x1032_5476;
  for (let i = 0; i < 64; i++) {
    const sum = (a + mixed(i, b, c, d) + (SINES[i] ?? 0)) | 0;
    const by = ROTATIONS[((i >> 4) << 2) | (i & 3)] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
  }
  return swapped(a + 0x6745_2301);
};

/** What the four rounds differ in: the function of b, c and d, and the order of the words. */
const mixed = (i: number, b: number, c: number, d: number): number => {
  switch (i >> 4) {
    case 0:
      return (((b & c) | (~b & d)) + (block[i] ?? 0)) | 0;
    case 1:
      return (((d & b) | (~d & c)) + (block[(5 * i + 1) & 15] ?? 0)) | 0;
    case 2:
      return ((b ^ c ^ d) + (block[(3 * i + 5) & 15] ?? 0)) | 0;
    default:
      return ((c ^ (b | ~d)) + (block[(7 * i) & 15] ?? 0)) | 0;
  }
};

/** The text, a one bit, zeros, and the text's length in bits; bytes of a word from the lowest up. */
const fillBlock = (bytes: ByteString): void => {
  block.fill(0);
  const { length } = bytes;
  for (let i = 0; i < length; i++) addByte(i, bytes.charCodeAt(i));
  addByte(length, 0x80);
  block[14] = length << 3;
};

const addByte = (at: number, byte: number): void => {
  block[at >> 2] = (block[at >> 2] ?? 0) | (byte << ((at & 3) << 3));
};

const swapped = (word: number): number =>
  ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
