/** Where reads may be cut: for the property that what is decoded never depends on it. */
import fc from 'fast-check';

/** Every way to cut the bytes in two, the uncut whole included. */
export const atEveryCut = function* (bytes: string): Generator<readonly string[]> {
  yield [bytes];
  for (let at = 1; at < bytes.length; at++) yield [bytes.slice(0, at), bytes.slice(at)];
};

/** One byte at a time. */
export const byteByByte = (bytes: string): string[] => bytes.split('');

/** The bytes cut at random places into non-empty pieces. */
export const cutAnywhere = (bytes: string): fc.Arbitrary<readonly string[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: Math.max(1, bytes.length - 1) }), { maxLength: 20 })
    .map((cuts) => piecesAt(bytes, cuts));

/** Bytes of any value, and a way to cut them: for "any bytes either decode or throw WireError". */
export const anyBytesCut = (maxLength = 200): fc.Arbitrary<readonly string[]> =>
  fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength })
    .map((bytes) => String.fromCharCode(...bytes))
    .chain(cutAnywhere);

const piecesAt = (bytes: string, cuts: readonly number[]): string[] => {
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
};
