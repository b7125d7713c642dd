/** Peers of other minor versions. */
import { type Case, logs, on, read, readUntil, type Step, send } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';
import { ADMIN, asAdmin, formRing, LEFT, leaves, marker, RING, rightOpens, ringCase, TO_RIGHT } from './ring-steps.ts';

const version = (minor: number): string => `VERSION\tdirector\t1\t${minor}`;

/** With tagged backends. */
export const versions = (site: RingSite): Readonly<Record<string, Case>> => ({
  'minor-99': ringCase('a right of minor 99', RING, ...formRing(site, {}, version(99))),
  'minor-8': ringCase(
    'a right of minor 8 is told users without their time stamp',
    RING,
    ...formRing(site, {}, version(8)),
    on(1),
    send(`USER\t100\t127.0.0.11\t${site.since - 60}`),
    ...marker(site, 2, LEFT),
  ),
  'minor-7': ringCase('a right of minor 7 is told some kicks', RING, ...formRing(site, {}, version(7)), ...kicks(site)),
  'minor-6-tags': ringCase(
    'a right of minor 6, and backends with tags',
    [TO_RIGHT],
    ...rightOpens(site, 2, undefined, version(6)),
    ...leaves,
    logs(/tags/),
  ),
});

const kicks = (site: RingSite): readonly Step[] => [
  on(1),
  send(
    `USER-KICK\t${LEFT}\t${site.port}\t1\talice`,
    `USER-KICK-ALT\t${LEFT}\t${site.port}\t2\tuser_group\tg1`,
    `USER-KICK-HASH\t${LEFT}\t${site.port}\t3\t5\t127.0.0.11`,
  ),
  ...marker(site, 2, LEFT),
];

/** The ring's minimum comes back with the director's own SYNC, lowered by the right. */
const lowered =
  (minor: number): Step =>
  async (dialogue) => {
    dialogue.use(2);
    const client = await dialogue.client();
    for (;;) {
      const line = await client.rawLine();
      dialogue.record('S', line);
      if (!line.startsWith('SYNC\t127.1.1.1\t')) continue;
      const fields = line.split('\t');
      const back = [...fields.slice(0, 4), String(minor), ...fields.slice(5)].join('\t');
      dialogue.use(1);
      dialogue.record('C', back);
      (await dialogue.client()).send(back);
      return;
    }
  };

/** Without tags. */
export const untaggedVersions = (site: RingSite): Readonly<Record<string, Case>> => {
  const hosts = ['HOST\t127.0.0.11\t100\t\tU0\t', 'HOST\t127.0.0.12\t100\t\tU0\t'];
  const ring = (minor: number): readonly Step[] => [
    ...rightOpens(site, 2, undefined, version(minor)),
    readUntil(/^DONE/),
    send('DONE'),
    ...formLeft(site, hosts),
  ];
  const setHost = (minor: number): readonly Step[] => [
    lowered(minor),
    ...asAdmin(site),
    send('HOST-SET\t127.0.0.15\t50'),
    on(1),
    read(),
    lowered(minor),
    on(9),
    read(),
  ];
  return {
    'minor-6': ringCase('a ring of minimum 6', [...RING, ADMIN], ...ring(6), ...setHost(6)),
    'minor-5': ringCase('a ring of minimum 5', [...RING, ADMIN], ...ring(5), ...setHost(5)),
    'minor-4': ringCase(
      'a right of minor 4 cannot be told OPTIONS',
      [TO_RIGHT],
      ...rightOpens(site, 2, undefined, version(4)),
      readUntil(/^HOST-HAND-END/),
      logs(/too old/),
    ),
  };
};

const formLeft = (site: RingSite, hosts: readonly string[]): readonly Step[] => [
  on(1, site.peers.from(LEFT)),
  send(
    version(9),
    `ME\t${LEFT}\t${site.port}\t${site.since}`,
    'HOST-HAND-START\t0',
    ...hosts,
    'HOST-HAND-END\t0',
    'OPTIONS\tconsistent-hashing',
    'DONE',
  ),
  readUntil(/^DONE/),
];
