/** `proxy list` and `proxy kick`: the sessions that the login processes carry. */
import { type ByteString, type ProxyCommand, splitTabs } from '@homing/wire';
import { EXIT, type Parameter, type Values } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import { askProxies } from './ipc.ts';

const socketPath: Parameter = { name: 'socket-path', type: 'string', short: 'a' };

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
  summary: 'List the proxied sessions',
  parameters: [socketPath],
  async run(context) {
    context.output.begin('table');
    let header: ByteString | undefined;
    for await (const { reply, data } of askProxies({ cmd: 'LIST-FULL' }, context)) {
      if (reply === 'error') {
        context.error(`LIST-FULL failed: ${data}`);
        context.exitCode = EXIT.tempFail;
      }
      if (reply !== 'line') continue;
      // Each login process of Dovecot sends the header again.
      if (header === undefined) printHeader(splitTabs(data), context);
      else if (data !== header) for (const value of splitTabs(data)) context.output.value(value);
      header ??= data;
    }
  },
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
  summary: 'End the proxied sessions of users, or to a host',
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
    for await (const { reply, data } of askProxies(command, context)) {
      if (reply === 'ok') context.output.value(data === '' ? '0' : data);
      if (reply !== 'error') continue;
      context.error(`KICK failed: ${data}`);
      context.exitCode = EXIT.tempFail;
    }
  },
};

const kickCommand = (values: Values): ProxyCommand => {
  const host = values.text('host');
  const users = values.list('user');
  const field = values.text('passdb-field');
  if (host !== undefined) return { cmd: 'KICK-HOST', hosts: [host, ...users] };
  if (users.length === 0) throw new WrongUsage();
  return field === undefined ? { cmd: 'KICK', users } : { cmd: 'KICK-ALT', field, values: users };
};
