import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, createBlockReader, encodeBlock, MAX_PAYLOAD_BYTES } from './block.ts';

const block = fc.record({
  kind: fc.constantFrom('start', 'hosts', 'users', 'removed', 'closed'),
  time: fc.nat(0xffff_ffff),
  payload: fc.uint8Array({ maxLength: 200 }),
});

type Seen = { readonly blocks: Block[]; readonly end: 'more' | 'damaged'; readonly size: number };

/** `cuts`: lengths of the reads, repeated. */
const read = (file: Uint8Array, cuts: readonly number[]): Seen => {
  const reader = createBlockReader();
  const blocks: Block[] = [];
  for (let at = 0, turn = 0; ; turn++) {
    const result = reader.next();
    if (result.read === 'block') blocks.push({ ...result.block, payload: Uint8Array.from(result.block.payload) });
    else if (result.read === 'damaged') return { blocks, end: 'damaged', size: reader.size() };
    else if (at >= file.length) return { blocks, end: 'more', size: reader.size() };
    else {
      const length = cuts[turn % cuts.length] ?? 1;
      reader.push(file.subarray(at, at + length));
      at += length;
    }
  }
};

const fileOf = (blocks: readonly Block[]): Uint8Array => Buffer.concat(blocks.map(encodeBlock));
const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

test('blocks come back, wherever the reads were cut', () => {
  fc.assert(
    fc.property(fc.array(block), cuts, (blocks, lengths) => {
      const file = fileOf(blocks);
      expect(read(file, lengths)).toEqual({ blocks, end: 'more', size: file.length });
    }),
  );
});

test('any bytes are blocks or damaged, the same wherever the reads were cut', () => {
  fc.assert(
    fc.property(fc.array(block), fc.uint8Array({ maxLength: 100 }), cuts, (blocks, garbage, lengths) => {
      const file = Buffer.concat([fileOf(blocks), garbage]);
      const seen = read(file, lengths);
      expect(seen).toEqual(read(file, [file.length + 1]));
      expect(seen.blocks.slice(0, blocks.length)).toEqual(blocks);
    }),
  );
});

test('a flipped bit ends the reading at its block', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1 }), fc.nat(), fc.nat(7), (blocks, at, bit) => {
      const file = fileOf(blocks);
      const position = at % file.length;
      file[position] = (file[position] ?? 0) ^ (1 << bit);
      const seen = read(file, [file.length]);
      expect(seen.size).toBeLessThanOrEqual(position);
      expect(seen.blocks).toEqual(blocks.slice(0, seen.blocks.length));
    }),
  );
});

test.each([
  ['zeros', new Uint8Array(100)],
  ['text', Buffer.from('no journal at all, but a file of somebody else\n')],
  [
    'a length beyond the limit',
    encodeBlock({ kind: 'users', time: 1, payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }).subarray(0, 64),
  ],
])('%s are damaged at once', (_, bytes) => {
  expect(read(bytes, [bytes.length])).toEqual({ blocks: [], end: 'damaged', size: 0 });
});
