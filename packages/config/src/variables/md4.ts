/** MD4 (RFC 1320), for {PLAIN-MD4} and `%{md4:...}`: OpenSSL 3 no longer offers it by default. */
export const md4 = (message: Buffer): Buffer => {
  const padded = pad(message);
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const block = new Uint32Array(16);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) block[i] = padded.readUInt32LE(at + i * 4);
    compress(state, block);
  }
  const digest = Buffer.alloc(16);
  for (const [i, word] of state.entries()) digest.writeUInt32LE(word, i * 4);
  return digest;
};

const pad = (message: Buffer): Buffer => {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  return padded;
};

type Round = {
  mix: (x: number, y: number, z: number) => number;
  constant: number;
  order: readonly number[];
  shifts: readonly [number, number, number, number];
};

const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];

const compress = (state: Uint32Array, block: Uint32Array): void => {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  const before = [a, b, c, d];
  for (const { mix, constant, order, shifts } of ROUNDS) {
    for (const [i, k] of order.entries()) {
      const sum = (a + mix(b, c, d) + (block[k] ?? 0) + constant) | 0;
      const shift = shifts[i % 4] ?? 0;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    }
  }
  [a, b, c, d].forEach((word, i) => {
    state[i] = word + (before[i] ?? 0);
  });
};
