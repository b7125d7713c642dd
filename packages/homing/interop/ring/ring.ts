/**
 * A ring of real directors and ours, configured alike. What its members say about themselves is read from their admin
 * sockets.
 */
import { rm } from 'node:fs/promises';
import { makeInstanceDir } from '../lib/server.ts';
import { until } from '../lib/until.ts';
import { directorRows, hostRows, userRows } from './admin.ts';
import { createMember, type Kind, type Member, stateDirOf } from './member.ts';
import type { Network } from './network.ts';

export const RING_PORT = 24_201;
/** Users whose name begins with `gold.` have the tag `gold`. */
export const MAIL_SERVERS = '127.2.200.11 127.2.200.12 127.2.200.13 127.2.200.21@gold 127.2.200.22@gold';

export type Ring = {
  /** In the order of their addresses, which is the ring's. */
  readonly members: readonly Member[];
} & AsyncDisposable;

export type RingOptions = {
  readonly network: Network;
  readonly kinds: readonly Kind[];
  /** Settings of every member. */
  readonly settings?: string;
  /** Settings that only ours have. */
  readonly ours?: string;
  /** Default: no mail protocols. */
  readonly config?: () => string;
  /** More fields of every user. */
  readonly fields?: string;
  /** More directors in everybody's director_servers, played by the test. */
  readonly peers?: readonly string[];
  /** How many of the members the others know of from the start; the rest has to be added. Default: all. */
  readonly listed?: number;
  /** A test that shows what crashes a real director. */
  readonly mayCrash?: boolean;
};

const config = (address: string, servers: readonly string[], fields: string, settings: string): string => `
listen = ${address}
director_servers = ${servers.join(' ')}
director_mail_servers = ${MAIL_SERVERS}
passdb {
  driver = static
  args = proxy=y nopassword=y director_tag=gold ${fields}
  username_filter = gold.*
}
passdb {
  driver = static
  args = proxy=y nopassword=y ${fields}
}
service director {
  inet_listener director-ring {
    address = ${address}
    port = ${RING_PORT}
  }
  unix_listener login/director {
    mode = 0666
  }
}
${settings}
`;

/** Nobody is started yet. */
export const createRing = async ({ network, kinds, ...options }: RingOptions): Promise<Ring> => {
  const dir = await makeInstanceDir();
  const servers = network.places.slice(0, kinds.length).map(({ address }) => `${address}:${RING_PORT}`);
  const members = kinds.map((kind, i) => {
    const place = network.places[i];
    if (place === undefined) throw new Error(`no place for director ${i}`);
    const listed = servers.filter((_, n) => n < (options.listed ?? kinds.length) || n === i);
    const own = kind === 'homing' ? (options.ours ?? '') : '';
    const more = `${options.settings ?? ''}\n${own}\n${options.config?.() ?? 'protocols =\n'}`;
    return createMember({
      kind,
      place,
      stateDir: stateDirOf(dir, place),
      config: config(
        place.address,
        [...listed, ...(options.peers ?? []).map((peer) => `${peer}:${RING_PORT}`)],
        options.fields ?? '',
        more,
      ),
      mayCrash: options.mayCrash ?? false,
    });
  });
  return {
    members,
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
      await rm(dir, { recursive: true, force: true });
      for (const member of members) survived(member);
    },
  };
};

/** No director of Dovecot aborts because of ours, and none of ours because of anybody. */
const survived = (member: Member): void => {
  const crash = /.*(?:Panic|killed with signal|assertion failed|core dumped).*/.exec(member.log());
  if (crash !== null && !member.mayCrash) throw new Error(`${member.kind} ${member.place.address}: ${crash[0]}`);
};

/** What is wrong with the ring as these members see it, or undefined if each is synced with both its neighbours. */
const flaw = async (members: readonly Member[]): Promise<string | undefined> => {
  for (const [i, member] of members.entries()) {
    const rows = directorRows(await member.ask('DIRECTOR-LIST', 5000));
    const seen = rows
      .filter(({ type }) => type !== '' && type !== 'removed')
      .map(({ address, type, status }) => `${type} ${address} ${status}`)
      .sort();
    const at = (n: number): string => members.at(n % members.length)?.place.address ?? '';
    const neighbours = members.length === 1 ? [] : [`left ${at(i - 1)} synced`, `right ${at(i + 1)} synced`];
    const expected = [...neighbours, `self ${at(i)} ring synced`];
    if (seen.join() !== expected.join()) return `${member.place.address} (${member.kind}) says ${seen.join(', ')}`;
  }
  return undefined;
};

/** The first time that a director of Dovecot finds itself alone, it looks for the others for 20 s. */
const usualDeadline = (members: readonly Member[]): number =>
  members.length === 1 && members[0]?.kind === 'dovecot' ? 25_000 : 10_000;

/** Waits until these members, and nobody else, are a synced ring. */
export const formed = (members: readonly Member[], deadlineMs = usualDeadline(members)): Promise<void> =>
  settled('a ring', deadlineMs, () => flaw(members));

/** Waits until all have the same backends, the same users on them and the same counts. */
export const agreed = (members: readonly Member[], deadlineMs = 5000): Promise<void> =>
  settled('agreement', deadlineMs, () => disagreement(members));

const disagreement = async (members: readonly Member[]): Promise<string | undefined> => {
  const [first, ...others] = members;
  if (first === undefined) return undefined;
  for (const [command, rowsOf] of [
    ['HOST-LIST', hostRows],
    ['USER-LIST', userRows],
  ] as const) {
    const expected = rowsOf(await first.ask(command));
    for (const other of others) {
      const rows = rowsOf(await other.ask(command));
      const [mine, theirs] = [new Set(expected), new Set(rows)];
      const [missing, more] = [expected.filter((row) => !theirs.has(row)), rows.filter((row) => !mine.has(row))];
      if (missing.length + more.length > 0) {
        const shown = (of: readonly string[]): string => `${of.length} (${of.slice(0, 5).join(', ')})`;
        return `${command}: of ${first.place.address} (${first.kind}) ${other.place.address} (${other.kind}) lacks ${shown(missing)}, has ${shown(more)}`;
      }
    }
  }
  return undefined;
};

const settled = async (what: string, deadlineMs: number, check: () => Promise<string | undefined>): Promise<void> => {
  let last: string | undefined;
  try {
    await until(what, deadlineMs, async () => {
      last = await check().catch((error: unknown) => String(error));
      return last === undefined;
    });
  } catch (error) {
    throw new Error(`no ${what} in ${deadlineMs} ms: ${last}`, { cause: error });
  }
};
