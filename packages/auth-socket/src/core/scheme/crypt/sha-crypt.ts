/**
 * SHA256-CRYPT `$5$[rounds=N$]salt$hash` and SHA512-CRYPT `$6$...`, after Ulrich Drepper's specification "Unix crypt
 * using SHA-256 and SHA-512"; its step numbers stand below. 5000 rounds where the setting names none.
 */
import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';
import { toCrypt64 } from './crypt-base64.ts';

type Kind = 'sha256' | 'sha512';

const PREFIX = { sha256: '$5$', sha512: '$6$' } as const;
const SETTING = /^(?:rounds=([1-9]\d{0,9})\$)?([^$]{0,16})/;
const DEFAULT_ROUNDS = 5000;
const MIN_ROUNDS = 1000;
const MAX_ROUNDS = 999_999_999;

/** Undefined for a number of rounds that the function does not allow. */
export const shaCrypt = (kind: Kind, password: ByteString, setting: ByteString): ByteString | undefined => {
  const rest = setting.slice(PREFIX[kind].length);
  const [, roundsText, saltText = ''] = SETTING.exec(rest) ?? [];
  const rounds = roundsText === undefined ? DEFAULT_ROUNDS : Number(roundsText);
  if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS || (roundsText === undefined && rest.startsWith('rounds=')))
    return undefined;
  const digest = stretch(kind, Buffer.from(password, 'latin1'), Buffer.from(saltText, 'latin1'), rounds);
  const shown = roundsText === undefined ? '' : `rounds=${roundsText}$`;
  return `${PREFIX[kind]}${shown}${saltText}$${encode(kind, digest)}`;
};

const stretch = (kind: Kind, key: Buffer, salt: Buffer, rounds: number): Buffer => {
  const digestOf = (data: Buffer): Buffer => hash(kind, data, 'buffer');
  // Steps 4-8: B; 9-12: A.
  const b = digestOf(Buffer.concat([key, salt, key]));
  const a = [key, salt, repeat(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>>= 1) a.push(bits & 1 ? b : key);
  let digest = digestOf(Buffer.concat(a));
  // Steps 13-16: P. Steps 17-20: S.
  const p = repeat(digestOf(Buffer.concat(Array.from({ length: key.length }, () => key))), key.length);
  const saltRepeats = 16 + digest.readUInt8(0);
  const s = repeat(digestOf(Buffer.concat(Array.from({ length: saltRepeats }, () => salt))), salt.length);
  // Step 21; one buffer for all rounds.
  const room = Buffer.alloc(2 * p.length + s.length + digest.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    let end = (odd ? p : digest).copy(room);
    if (round % 3 !== 0) end += s.copy(room, end);
    if (round % 7 !== 0) end += p.copy(room, end);
    end += (odd ? digest : p).copy(room, end);
    digest = digestOf(room.subarray(0, end));
  }
  return digest;
};

const repeat = (block: Buffer, length: number): Buffer => {
  const out = Buffer.alloc(length);
  for (let at = 0; at < length; at += block.length) block.copy(out, at);
  return out;
};

/** Step 22: three bytes become four characters, in an order that rotates from group to group. */
const encode = (kind: Kind, digest: Buffer): string => {
  const third = kind === 'sha256' ? 10 : 21;
  const step = kind === 'sha256' ? 21 : 22;
  const wrap = third * 3;
  let text = '';
  let at: readonly [number, number, number] = [0, third, third * 2];
  for (let group = 0; group < third; group++) {
    const [x, y, z] = at;
    text += toCrypt64((digest.readUInt8(x) << 16) | (digest.readUInt8(y) << 8) | digest.readUInt8(z), 4);
    at = [(x + step) % wrap, (y + step) % wrap, (z + step) % wrap];
  }
  if (kind === 'sha512') return text + toCrypt64(digest.readUInt8(63), 2);
  return text + toCrypt64((digest.readUInt8(31) << 8) | digest.readUInt8(30), 3);
};
