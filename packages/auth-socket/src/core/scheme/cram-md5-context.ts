/**
 * What {CRAM-MD5} and {HMAC-MD5} store: the two MD5 states after the padded key, outer then inner, each four
 * little-endian words. MD5 is written out here because node:crypto does not let its state be read.
 */
import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';

const BLOCK = 64;

export const hmacMd5Context = (key: ByteString): ByteString => {
  const bytes = Buffer.from(key, 'latin1');
  const padded = Buffer.alloc(BLOCK);
  (bytes.length > BLOCK ? hash('md5', bytes, 'buffer') : bytes).copy(padded);
  const outer = md5State(padded.map((byte) => byte ^ 0x5c));
  const inner = md5State(padded.map((byte) => byte ^ 0x36));
  return Buffer.concat([outer, inner]).toString('latin1');
};

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** RFC 1321 3.4: step i adds floor(2^32 * |sin(i + 1)|). */
const sine = (i: number): number => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0;

const mix = (i: number, b: number, c: number, d: number): readonly [value: number, word: number] => {
  if (i < 16) return [(b & c) | (~b & d), i];
  if (i < 32) return [(d & b) | (~d & c), (5 * i + 1) % 16];
  if (i < 48) return [b ^ c ^ d, (3 * i + 5) % 16];
  return [c ^ (b | ~d), (7 * i) % 16];
};

/** The state after one block, from the initial state. */
const md5State = (block: Uint8Array): Buffer => {
  const words = Buffer.from(block.buffer, block.byteOffset, BLOCK);
  const start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
  let [a, b, c, d]: [number, number, number, number] = [...start];
  for (let i = 0; i < 64; i++) {
    const [value, word] = mix(i, b, c, d);
    const sum = (a + value + sine(i) + words.readInt32LE(word * 4)) | 0;
    const shift = SHIFTS[i >> 4]?.[i % 4] ?? 0;
    [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
  }
  const state = Buffer.alloc(16);
  for (const [i, word] of [a, b, c, d].entries()) state.writeUInt32LE((word + (start[i] ?? 0)) >>> 0, i * 4);
  return state;
};
