/** doveadm and homeadm print the same, whichever member they ask. */
import { expect } from 'vitest';
import { doveadm } from '../lib/dovecot.ts';
import { homeadmHere } from '../lib/homeadm.ts';
import type { Finished } from '../lib/process.ts';
import type { Member } from './member.ts';
import type { Ring } from './ring.ts';

type Table = { readonly columns: readonly string[]; readonly rows: readonly string[] };

/** What a command prints, without the columns in which the members may differ. */
const table = ({ code, stdout, stderr }: Finished, without: readonly string[]): Table => {
  const [columns = [], ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  if (code !== 0 || stderr !== '') throw new Error(`exit status ${code}: ${stderr}`);
  const shown = columns.map((column) => !without.includes(column));
  return {
    columns: columns.filter((_, i) => shown[i]),
    rows: rows.map((row) => row.filter((_, i) => shown[i]).join(' ')),
  };
};

/** A director of Dovecot that learns a host from its neighbour forgets when it changed. */
const STATUS_MAY_DIFFER = ['state changed'];
const RING_MAY_DIFFER = ['ping ms', 'input', 'output', 'buffered', 'buffered peak', 'last read', 'last write'];

const withBoth = async (member: Member, without: readonly string[], ...command: string[]): Promise<Table> => {
  const [subcommand = '', ...rest] = command;
  const socket = member.socket('director-admin');
  const args = ['-f', 'tab', 'director', ...subcommand.split(' '), '-a', socket, ...rest];
  const [theirs, ours] = await Promise.all([
    doveadm(member.configFile(), ...args),
    homeadmHere(member.configFile(), ...args),
  ]);
  expect(table(ours, without)).toEqual(table(theirs, without));
  return table(theirs, without);
};

const status = async (member: Member, users: readonly string[]) => {
  const found: Table[] = [await withBoth(member, STATUS_MAY_DIFFER, 'status')];
  for (const user of users) found.push(await withBoth(member, [], 'status', user));
  return found;
};

/** `director status`, `director status USER` and `director ring status`. */
export const toolsAgree = async ({ members }: Ring, users: readonly string[]): Promise<void> => {
  const [first, ...others] = await Promise.all(members.map((member) => status(member, users)));
  expect(first?.[0]?.rows.length).toBeGreaterThan(1);
  for (const other of others) expect(other).toEqual(first);

  const rings = await Promise.all(members.map((member) => withBoth(member, RING_MAY_DIFFER, 'ring status')));
  const addresses = members.map(({ place }) => place.address);
  for (const [i, { rows }] of rings.entries()) {
    expect(new Set(rows.map((row) => row.split(' ')[0]))).toEqual(new Set(addresses));
    expect(rows.find((row) => row.includes(' self '))).toMatch(new RegExp(`^${addresses[i]} .* ring synced`));
  }
};
