/** director-ring: what directors say to each other. `S` is the recorded one, `C` all others. */
import type { Case } from './dialogue.ts';
import type { Recording } from './recording.ts';
import { changes } from './ring-changes.ts';
import { formation } from './ring-formation.ts';
import { refusals } from './ring-refusals.ts';
import { HOSTS, type RingSite, startRingSite } from './ring-site.ts';
import { syncs } from './ring-syncs.ts';
import { users } from './ring-users.ts';
import { untaggedVersions, versions } from './ring-versions.ts';

const all = (site: RingSite): Readonly<Record<string, Case>> => ({
  ...formation(site),
  ...changes(site),
  ...users(site),
  ...syncs(site),
  ...refusals(site),
  ...versions(site),
});

export const directorRing: readonly Recording<RingSite>[] = [
  { protocol: 'director-ring', fresh: true, start: () => startRingSite('', HOSTS), cases: all },
  {
    protocol: 'director-ring',
    fresh: true,
    start: () => startRingSite('untagged/', '127.0.0.11 127.0.0.12'),
    cases: untaggedVersions,
  },
];
