/**
 * Consistent hashing (director/mail-host.c). A mail host that is up has `vhosts` points on a ring of 2^32: the first
 * four bytes, big-endian, of MD5("<ip>-<i>") for i = 0 ... vhosts-1. A user belongs to the first point at or after his
 * hash, past the last one to the first. Every director comes to the same answer, whatever happened before.
 */

/** `owners[i]`: the host whose point `points[i]` is. Points ascend; equal ones are in the order of their hosts' IPs. */
export type VhostRing = { readonly points: Uint32Array; readonly owners: Uint16Array };

export const EMPTY_RING: VhostRing = { points: new Uint32Array(0), owners: new Uint16Array(0) };

/** `md5Start`: the first four bytes of the MD5 of a text, as one unsigned number. */
export const vhostPoints = (ip: string, vhosts: number, md5Start: (text: string) => number): Uint32Array =>
  Uint32Array.from({ length: vhosts }, (_, i) => md5Start(`${ip}-${i}`)).sort();

/** The owner of a hash, or undefined on an empty ring. */
export const findOwner = (ring: VhostRing, hash: number): number | undefined => {
  const { points, owners } = ring;
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle] ?? 0) < hash) low = middle + 1;
    else high = middle;
  }
  return owners[low === points.length ? 0 : low];
};

/**
 * The ring after some hosts changed: their old points out, their new ones in. One pass, so a change costs the length of
 * the ring and not a new one. `compare` orders hosts by IP.
 */
export const changeRing = (
  ring: VhostRing,
  changed: ReadonlyMap<number, Uint32Array>,
  compare: (a: number, b: number) => number,
): VhostRing => {
  const added = sortedPoints(changed, compare);
  const points = new Uint32Array(ring.points.length + added.points.length);
  const owners = new Uint16Array(points.length);
  let length = 0;
  let next = 0;
  const take = (point: number, owner: number): void => {
    points[length] = point;
    owners[length++] = owner;
  };
  const takeAddedBefore = (point: number, owner: number): void => {
    for (; next < added.points.length; next++) {
      const other = added.points[next] ?? 0;
      const otherOwner = added.owners[next] ?? 0;
      if (other > point || (other === point && compare(otherOwner, owner) > 0)) return;
      take(other, otherOwner);
    }
  };
  for (let i = 0; i < ring.points.length; i++) {
    const point = ring.points[i] ?? 0;
    const owner = ring.owners[i] ?? 0;
    if (changed.has(owner)) continue;
    takeAddedBefore(point, owner);
    take(point, owner);
  }
  for (; next < added.points.length; next++) take(added.points[next] ?? 0, added.owners[next] ?? 0);
  return { points: points.slice(0, length), owners: owners.slice(0, length) };
};

const sortedPoints = (
  hosts: ReadonlyMap<number, Uint32Array>,
  compare: (a: number, b: number) => number,
): VhostRing => {
  const pairs: { point: number; owner: number }[] = [];
  for (const [owner, points] of hosts) for (const point of points) pairs.push({ point, owner });
  pairs.sort((a, b) => a.point - b.point || compare(a.owner, b.owner));
  return {
    points: Uint32Array.from(pairs, ({ point }) => point),
    owners: Uint16Array.from(pairs, ({ owner }) => owner),
  };
};
