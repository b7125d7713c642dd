/** SYNC of other directors: passed on, or why not. */
import { type Case, logs, on, readUntil, type Step, send } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';
import { formRing, LEFT, leftHandshake, marker, RING, rightOpens, ringCase } from './ring-steps.ts';

export const syncs = (site: RingSite): Readonly<Record<string, Case>> => {
  const sync = (seq: number, rest = `\t9\t${site.since}\t0`, ip = LEFT): string =>
    `SYNC\t${ip}\t${site.port}\t${seq}${rest}`;
  const from = (about: string, ...script: Step[]): Case => ringCase(about, RING, ...formRing(site), on(1), ...script);
  return {
    'sync-short': from(
      'SYNC with 3, 4 and 5 arguments',
      send(sync(2, ''), sync(3, '\t7'), sync(4, `\t12\t${site.since}`)),
      ...marker(site, 5, LEFT),
    ),
    'sync-repeated': from(
      'the same SYNC six times',
      send(...Array.from({ length: 6 }, () => sync(2))),
      ...marker(site, 3, LEFT),
    ),
    'sync-stale': from(
      'a lower number with an older time stamp, then with one that is much newer',
      send(sync(5), sync(3, `\t9\t${site.since - 10}\t0`), sync(2, `\t9\t${site.since + 180}\t0`)),
      logs(/appears to be stale/),
      ...marker(site, 6, LEFT),
    ),
    'sync-unknown-director': from(
      'SYNC of a director that is not in the list',
      send(sync(2, `\t9\t${site.since}\t0`, '127.1.1.66')),
      ...marker(site, 3, LEFT),
    ),
    'sync-own-stale': from(
      'the own SYNC with another number',
      send(sync(99, `\t9\t${site.since}\t0`, '127.1.1.1')),
      ...marker(site, 2, LEFT),
    ),
    'sync-other-hosts': from(
      'SYNC of a director with other backends: ignored first, then they are told ours',
      send(sync(2, `\t9\t${site.since}\t12345`), sync(3, `\t9\t${site.since}\t12345`)),
      logs(/resending hosts/),
      ...marker(site, 4, LEFT),
    ),
    'sync-before-right': ringCase(
      'the SYNC of the left waits for the right',
      RING,
      ...rightOpens(site),
      readUntil(/^DONE/),
      ...leftHandshake(site, 1, { ip: LEFT }),
      send(sync(2)),
      on(2),
      send('DONE'),
      readUntil(/^SYNC\t127\.1\.1\.9/),
    ),
  };
};
