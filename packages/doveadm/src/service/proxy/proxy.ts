/**
 * `proxy list` and `proxy kick`: the sessions that the login processes carry, as ipc knows them, or anvil of Dovecot 2.4.
 */
import { type AnvilSession, type ByteString, splitTabs } from '@homing/wire';
import { EXIT, type Values } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import { joinTables, type Table } from '../../core/proxy/table.ts';
import type { Command, Context } from '../context.ts';
import { openAnvil } from './anvil.ts';
import { askProxies } from './ipc.ts';
import { type KickCommand, type Kicked, kickSessions } from './kick-sessions.ts';
import { proxySockets, socketPath } from './socket.ts';

/** Titles of the columns whose key is something else. */
const TITLES: Readonly<Record<string, string>> = {
  service: 'proto',
  'src-ip': 'src ip',
  'dest-ip': 'dest ip',
  'dest-port': 'port',
};

export const proxyList: Command = {
  name: 'proxy list',
  usage: '[-a <ipc socket path>]',
  summary: 'List the proxied sessions; -a may name an anvil of Dovecot 2.4 too',
  parameters: [socketPath],
  async run(context) {
    context.output.begin('table');
    const tables: Table[] = [];
    for (const { speaks, path } of proxySockets(context)) {
      tables.push(speaks === 'ipc' ? await listByIpc(path, context) : await listByAnvil(path, context));
    }
    print(joinTables(tables), context);
  },
};

const listByIpc = async (path: string, context: Context): Promise<Table> => {
  let header: ByteString | undefined;
  const rows: ByteString[][] = [];
  for await (const { reply, data } of askProxies({ cmd: 'LIST-FULL' }, path, context)) {
    if (reply === 'error') failed('LIST-FULL', data, context);
    // Each login process of Dovecot sends the header again.
    if (reply === 'line' && header !== undefined && data !== header) rows.push(splitTabs(data));
    if (reply === 'line') header ??= data;
  }
  return { columns: header === undefined ? [] : splitTabs(header), rows };
};

/** 2.4 tells no ports. */
const listByAnvil = async (path: string, context: Context): Promise<Table> => {
  try {
    const anvil = await openAnvil(path, context);
    const { fields, sessions } = await anvil.dump();
    anvil.close();
    const proxied = sessions.filter(({ destIp }) => destIp !== undefined);
    const columns = ['username', ...fields, 'service', 'src-ip', 'dest-ip'];
    return { columns, rows: proxied.map((session) => rowOf(session, fields)) };
  } catch (error) {
    failed('CONNECT-DUMP', (error as Error).message, context);
    return { columns: [], rows: [] };
  }
};

const rowOf = (session: AnvilSession, fields: readonly ByteString[]): ByteString[] => {
  const { user, values, service, clientIp = '', destIp = '' } = session;
  return [user, ...fields.map((_, at) => values[at] ?? ''), service.replace(/-login$/, ''), clientIp, destIp];
};

const print = ({ columns, rows }: Table, { output }: Context): void => {
  for (const key of columns) {
    if (key === 'username') output.column(key, { expand: true });
    else output.column(TITLES[key] ?? key, { key });
  }
  for (const value of rows.flat()) output.value(value);
};

export const proxyKick: Command = {
  name: 'proxy kick',
  usage: '[-a <ipc socket path>] [-f <passdb field>] [-h <host> [...] | <user> [...]]',
  summary: 'End the proxied sessions of users, or to a host; -a as for list',
  parameters: [
    socketPath,
    { name: 'passdb-field', type: 'string', short: 'f' },
    { name: 'host', type: 'string', short: 'h' },
    { name: 'user', type: 'array', positional: true },
  ],
  async run(context) {
    const command = kickCommand(context.values);
    context.output.begin('formatted', '%{count} connections kicked\n');
    context.output.column('count');
    const counts: (string | undefined)[] = [];
    for (const { speaks, path } of proxySockets(context)) {
      counts.push(
        speaks === 'ipc' ? await kickByIpc(command, path, context) : await kickByAnvil(command, path, context),
      );
    }
    const known = counts.filter((count) => count !== undefined);
    const [only, another] = known;
    if (only === undefined) return;
    context.output.value(another === undefined ? only : String(known.reduce((sum, count) => sum + Number(count), 0)));
  },
};

/** The server's own words; undefined after an error. */
const kickByIpc = async (command: KickCommand, path: string, context: Context): Promise<string | undefined> => {
  let count: string | undefined;
  for await (const { reply, data } of askProxies(command, path, context)) {
    if (reply === 'ok') count = data === '' ? '0' : data;
    if (reply === 'error') failed('KICK', data, context);
  }
  return count;
};

const kickByAnvil = async (command: KickCommand, path: string, context: Context): Promise<string | undefined> => {
  try {
    const { count, left } = await kickSessions(command, path, context);
    if (left.length > 0) failed('KICK', deaf(left), context);
    return String(count);
  } catch (error) {
    failed('KICK', (error as Error).message, context);
    return undefined;
  }
};

const deaf = (left: Kicked['left']): string => {
  const services = [...new Set(left.map(({ service }) => service))].sort().join(', ');
  return (
    `${left.length} connections of ${services} go on: only root can end them, ` +
    'or the service needs restart_request_count = unlimited and a client_limit above 1'
  );
};

const failed = (what: string, reason: string, context: Context): void => {
  context.error(`${what} failed: ${reason}`);
  context.exitCode = EXIT.tempFail;
};

const kickCommand = (values: Values): KickCommand => {
  const host = values.text('host');
  const users = values.list('user');
  const field = values.text('passdb-field');
  if (host !== undefined) return { cmd: 'KICK-HOST', hosts: [host, ...users] };
  if (users.length === 0) throw new WrongUsage();
  return field === undefined ? { cmd: 'KICK', users } : { cmd: 'KICK-ALT', field, values: users };
};
