/** Every case, with at least one run. */
import { chain } from './chain.ts';
import type { ConfigCase } from './config-case.ts';
import { filters } from './filters.ts';
import { includes } from './includes.ts';
import { lookups } from './lookups.ts';
import { obsolete } from './obsolete.ts';
import { services } from './services.ts';
import { storage } from './storage.ts';
import { structure } from './structure.ts';
import { types } from './types.ts';
import { values } from './values.ts';

type Named = Required<Pick<ConfigCase, 'runs'>> & ConfigCase & { readonly group: string };

const groups = { structure, values, types, services, chain, filters, obsolete, includes, storage, lookups };

export const configCases: readonly Named[] = Object.entries(groups).flatMap(([group, cases]) =>
  cases.map((one) => ({ runs: [['-n']], ...one, group })),
);
