/** The merged ring beside a slow, obvious one that is sorted anew and searched from the start. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeRing, EMPTY_RING, findOwner, vhostPoints } from './vhost-ring.ts';

const md5Start = (text: string): number => createHash('md5').update(text, 'latin1').digest().readUInt32BE(0);

// Captured worked example: 10.2.0.11 with 3 vhosts, 10.2.0.12 with 2; dovecot 2.3.19.1.
const example = changeRing(
  EMPTY_RING,
  new Map([
    [11, vhostPoints('10.2.0.11', 3, md5Start)],
    [12, vhostPoints('10.2.0.12', 2, md5Start)],
  ]),
  (a, b) => a - b,
);

test('the points of the worked example', () => {
  expect([...example.points]).toEqual([312722287, 1048001777, 2511711180, 2836184109, 3392619924]);
  expect([...example.owners]).toEqual([11, 11, 12, 12, 11]);
});

test.each([
  ['dave', 370180999, 11],
  ['alice', 1669653170, 12],
  ['bob', 2677887420, 12],
  ['carol', 2845841792, 11],
  ['tina wraps', 4012572174, 11],
  ['a point itself', 2511711180, 12],
  ['after a point', 2511711181, 12],
  ['the last hash', 4294967295, 11],
])('%s', (_, hash, owner) => {
  expect(findOwner(example, hash)).toBe(owner);
});

test('nobody owns an empty ring', () => {
  expect(findOwner(EMPTY_RING, 5)).toBeUndefined();
});

type Change = { host: number; points: number[] };
const change: fc.Arbitrary<Change> = fc.record({
  host: fc.nat(5),
  // Few distinct points, so that hosts share some.
  points: fc.array(fc.oneof(fc.nat(20), fc.nat(0xffff_ffff)), { maxLength: 8 }),
});

const slowOwner = (hosts: ReadonlyMap<number, number[]>, hash: number): number | undefined => {
  const all = [...hosts].flatMap(([owner, points]) => points.map((point) => ({ point, owner })));
  const later = all.filter(({ point }) => point >= hash);
  const from = later.length > 0 ? later : all;
  return from.toSorted((a, b) => a.point - b.point || a.owner - b.owner)[0]?.owner;
};

test('any history of changes ends in the ring that the last state alone gives', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 })), fc.array(fc.nat(0xffff_ffff)), (history, hashes) => {
      const hosts = new Map<number, number[]>();
      let ring = EMPTY_RING;
      for (const batch of history) {
        const changed = new Map<number, Uint32Array>();
        for (const { host, points } of batch) {
          hosts.set(host, points);
          changed.set(host, Uint32Array.from(points).sort());
        }
        ring = changeRing(ring, changed, (a, b) => a - b);
      }
      for (const hash of [...hashes, 0, 1, 20, ...ring.points])
        expect(findOwner(ring, hash)).toBe(slowOwner(hosts, hash));
    }),
  );
});
