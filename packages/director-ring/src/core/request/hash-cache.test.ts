import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHashCache } from './hash-cache.ts';

/** Any function of the name will do. */
const slow = (name: string): number => name.length * 31 + (name.codePointAt(0) ?? 0);

test('gives what the hash gives, and asks it once while a name is remembered', () => {
  let asked = 0;
  const cached = createHashCache((name) => {
    asked++;
    return slow(name);
  });
  for (let i = 0; i < 20_000; i++) {
    const name = `user${i}`;
    expect(cached(name)).toBe(slow(name));
    expect(cached('always here')).toBe(slow('always here'));
  }
  expect(asked).toBe(20_001);
  expect(cached('user0')).toBe(slow('user0'));
  expect(asked).toBe(20_002);
});

test('names of any bytes and length', () => {
  const cached = createHashCache(slow);
  const name = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 400 });
  fc.assert(
    fc.property(fc.array(name), (names) => {
      for (const one of [...names, ...names]) expect(cached(one)).toBe(slow(one));
    }),
  );
});
