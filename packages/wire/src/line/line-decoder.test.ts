import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WireError } from './errors.ts';
import { createLineDecoder } from './line-decoder.ts';

const decode = (chunks: readonly string[], maxLine = 64): { lines: string[]; rest: number } => {
  const decoder = createLineDecoder(maxLine);
  const lines: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let line = decoder.next(); line !== undefined; line = decoder.next()) lines.push(line);
  }
  return { lines, rest: decoder.pending() };
};

const cut = (bytes: string, at: readonly number[]): string[] => {
  const points = [0, ...[...at].map((n) => n % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, i) => bytes.slice(points[i], end));
};

describe('line decoder', () => {
  test('drops one CR before LF', () => {
    expect(decode(['a\r\nb\n\r\n\r\r\n'])).toEqual({ lines: ['a', 'b', '', '\r'], rest: 0 });
  });

  test('what is decoded never depends on where the reads were cut', () => {
    const text = fc
      .array(fc.constantFrom('a', '\n', '\r', '\t', '\x01', '\xff'), { maxLength: 60 })
      .map((c) => c.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (bytes, at) => {
        expect(decode(cut(bytes, at))).toEqual(decode([bytes]));
      }),
    );
  });

  test('refuses the first byte over the limit, with and without LF', () => {
    expect(decode(['x'.repeat(64), '\n']).lines).toHaveLength(1);
    expect(() => decode(['x'.repeat(65)])).toThrow(WireError);
    expect(() => decode([`${'x'.repeat(65)}\n`])).toThrow('line is longer than 64 bytes');
  });

  test('hands the undecoded rest to the splice', () => {
    const decoder = createLineDecoder(64);
    decoder.push('a\nrest\nmore');
    expect(decoder.next()).toBe('a');
    expect(decoder.takeRest()).toBe('rest\nmore');
    expect(decoder.pending()).toBe(0);
    expect(decoder.next()).toBeUndefined();
  });
});
