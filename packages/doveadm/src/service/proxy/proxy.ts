/**
 * `proxy list` and `proxy kick`: the sessions that the login processes carry, as ipc knows them, or anvil of Dovecot 2.4.
 */
import { type AnvilSession, type ByteString, type IpcReply, splitTabs } from '@homing/wire';
import { EXIT, type Values } from '../../core/command/command.ts';
import { Fatal, WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import { openAnvil } from './anvil.ts';
import { askProxies } from './ipc.ts';
import { type KickCommand, type Kicked, kickSessions } from './kick-sessions.ts';
import { proxySocket, socketPath } from './socket.ts';

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
    const { speaks, path } = proxySocket(context);
    context.output.begin('table');
    if (speaks === 'ipc') await listByIpc(path, context);
    else await listByAnvil(path, context);
  },
};

const listByIpc = async (path: string, context: Context): Promise<void> => {
  let header: ByteString | undefined;
  for await (const { reply, data } of askProxies({ cmd: 'LIST-FULL' }, path, context)) {
    if (reply === 'error') failed('LIST-FULL', data, context);
    if (reply !== 'line') continue;
    // Each login process of Dovecot sends the header again.
    if (header === undefined) printHeader(splitTabs(data), context);
    else if (data !== header) for (const value of splitTabs(data)) context.output.value(value);
    header ??= data;
  }
};

/** 2.4 tells no ports. */
const listByAnvil = async (path: string, context: Context): Promise<void> => {
  try {
    const anvil = await openAnvil(path, context);
    const { fields, sessions } = await anvil.dump();
    anvil.close();
    printHeader(['username', ...fields, 'service', 'src-ip', 'dest-ip'], context);
    for (const session of sessions) if (session.destIp !== undefined) printSession(session, fields, context);
  } catch (error) {
    failed('CONNECT-DUMP', (error as Error).message, context);
  }
};

const printSession = (session: AnvilSession, fields: readonly ByteString[], { output }: Context): void => {
  const { user, values, service, clientIp = '', destIp = '' } = session;
  output.value(user);
  for (const at of fields.keys()) output.value(values[at] ?? '');
  for (const value of [service.replace(/-login$/, ''), clientIp, destIp]) output.value(value);
};

const printHeader = (keys: readonly ByteString[], { output }: Context): void => {
  for (const key of keys) {
    if (key === 'username') output.column(key, { expand: true });
    else output.column(TITLES[key] ?? key, { key });
  }
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
    const { speaks, path } = proxySocket(context);
    context.output.begin('formatted', '%{count} connections kicked\n');
    context.output.column('count');
    if (speaks === 'ipc') for await (const reply of askProxies(command, path, context)) printCount(reply, context);
    else await kickByAnvil(command, path, context);
  },
};

const printCount = ({ reply, data }: IpcReply, context: Context): void => {
  if (reply === 'ok') context.output.value(data === '' ? '0' : data);
  if (reply === 'error') failed('KICK', data, context);
};

const kickByAnvil = async (command: KickCommand, path: string, context: Context): Promise<void> => {
  try {
    const { count, left } = await kickSessions(command, path, context);
    context.output.value(String(count));
    if (left.length > 0) failed('KICK', deaf(left), context);
  } catch (error) {
    if (error instanceof Fatal) throw error;
    failed('KICK', (error as Error).message, context);
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
