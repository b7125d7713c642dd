/** `director map`: which users are where. The director knows hashes only; names come from the userdb or a file. */
import { createUserHash } from '@homing/config';
import { digests, hostVariable } from '@homing/io';
import { type ByteString, type IpAddress, parseIpAddress, parseUint32, splitTabs } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import { Fatal, WrongUsage } from '../../core/command/fatal.ts';
import { listingFailed, listUsers } from '../auth/list-users.ts';
import type { Command, Context } from '../context.ts';
import { type Director, openDirector } from './connection.ts';
import { hostParameter, socketPath } from './parameters.ts';
import { addressesOf, listRows } from './reply.ts';
import { unixTime } from './unix-time.ts';

type NamesByHash = ReadonlyMap<number, readonly ByteString[]>;

export const directorMap: Command = {
  name: 'director map',
  usage: '[-a <director socket path>] [-f <users file>] [-h | -u] [<host>]',
  summary: 'List users and their mail servers; -u: the hash of a user, -h: the users of a hash',
  parameters: [
    socketPath,
    { name: 'users-file', type: 'input', short: 'f' },
    { name: 'hash-map', type: 'bool', short: 'h' },
    { name: 'user-map', type: 'bool', short: 'u' },
    hostParameter,
  ],
  async run(context) {
    const { values } = context;
    const host = values.text('host');
    if (values.flag('user-map')) {
      if (host === undefined) throw new WrongUsage();
      printHash(host, context);
      return;
    }
    const director = await openDirector(context);
    if (values.flag('hash-map')) {
      if (host === undefined) throw new WrongUsage();
      await printNames(host, context);
    } else await printMap(host, director, context);
    director.close();
  },
};

/** Undefined after saying that `director_username_hash` is wrong. */
export const userHashOf = (user: ByteString, context: Context): number | undefined => {
  const format = context.settings().director_username_hash;
  const hash = createUserHash(format, { digests, host: hostVariable })(user);
  if (typeof hash === 'number') return hash;
  context.error(`Failed to expand director_username_hash=${format}: ${hash.error}`);
  return undefined;
};

const printHash = (user: ByteString, context: Context): void => {
  const hash = userHashOf(user, context);
  if (hash === undefined) return;
  context.output.begin('table');
  context.output.column('hash', { hideTitle: true });
  context.output.value(String(hash));
};

const printNames = async (text: string, context: Context): Promise<void> => {
  const names = await namesByHash(context);
  const hash = parseUint32(text);
  if (hash === undefined) throw new Fatal(`Invalid username hash: ${text}`, EXIT.tempFail);
  context.output.begin('table');
  context.output.column('user', { hideTitle: true });
  for (const name of names.get(hash) ?? []) context.output.value(name);
};

const printMap = async (host: string | undefined, director: Director, context: Context): Promise<void> => {
  const ips = host === undefined ? [] : await addressesOf(host, context);
  if (ips === undefined) return;
  const names = await namesByHash(context);
  const { output } = context;
  output.begin('table');
  output.column('user', { expand: true });
  for (const title of ['hash', 'mail server ip', 'expire time']) output.column(title);
  const [ip, another] = ips;
  director.send({ cmd: 'USER-LIST', ...(ip !== undefined && another === undefined && { ip }) });
  for await (const line of listRows(director, context)) printRow(line, ips, names, context);
};

const printRow = (line: ByteString, ips: readonly IpAddress[], names: NamesByHash, context: Context): void => {
  const [hashText = '', expires, ip = ''] = splitTabs(line);
  const hash = parseUint32(hashText);
  const time = unixTime(expires);
  const address = parseIpAddress(ip);
  if (hash === undefined || time === undefined || address === undefined) {
    context.error(`Invalid USER-LIST reply: ${line}`);
    context.exitCode = EXIT.protocol;
    return;
  }
  if (ips.length > 0 && !ips.includes(address)) return;
  for (const name of names.get(hash) ?? ['<unknown>']) {
    for (const value of [name, hashText, ip, context.host.localTime(time)]) context.output.value(value);
  }
};

/** Without a mask Dovecot 2.4 lists nobody. */
const ALL = '*';

/** Of several names with one hash the last read comes first, as in the original's list. */
const namesByHash = async (context: Context): Promise<NamesByHash> => {
  const byHash = new Map<number, ByteString[]>();
  for (const name of await userNames(context)) {
    const hash = userHashOf(name, context);
    if (hash === undefined) continue;
    const same = byHash.get(hash);
    if (same === undefined) byHash.set(hash, [name]);
    else same.unshift(name);
  }
  return byHash;
};

const userNames = async (context: Context): Promise<readonly ByteString[]> => {
  const file = context.values.text('users-file');
  if (file === undefined) {
    const { base_dir, homing_auth_userdb_socket: other } = context.settings();
    const { users, failed } = await listUsers(other || `${base_dir}/auth-userdb`, ALL, context);
    if (failed) listingFailed(context);
    return users;
  }
  const lines = readLines(file, context);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

/** A file that cannot be read has no lines, as in the original, but here it is also said. */
const readLines = (file: string, { host, error }: Context): string[] => {
  try {
    return host
      .readInput(file)
      .split('\n')
      .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  } catch (failure) {
    error(`open(${file}) failed: ${(failure as Error).message}`);
    return [];
  }
};
