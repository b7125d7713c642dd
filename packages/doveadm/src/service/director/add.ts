/** `director add` and `director update`: a mail server and its number of vhosts. */
import { type DirectorAdminCommand, type IpAddress, parseUint32 } from '@homing/wire';
import { EXIT, type Parameter } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import { openDirector } from './connection.ts';
import { hostParameter, socketPath } from './parameters.ts';
import { addressesOf, disconnected } from './reply.ts';

const vhostCount: Parameter = { name: 'vhost-count', type: 'string', positional: true };

export const directorAdd: Command = {
  name: 'director add',
  usage: '[-a <director socket path>] [-t <tag>] <host> [<vhost count>]',
  summary: 'Add a mail server, or change its vhosts',
  parameters: [socketPath, { name: 'tag', type: 'string', short: 't' }, hostParameter, vhostCount],
  run: (context) => setHost('HOST-SET', context),
};

export const directorUpdate: Command = {
  name: 'director update',
  usage: '[-a <director socket path>] <host> <vhost count>',
  summary: 'Change the vhosts of a mail server',
  parameters: [socketPath, hostParameter, vhostCount],
  run: (context) => setHost('HOST-UPDATE', context),
};

const setHost = async (cmd: 'HOST-SET' | 'HOST-UPDATE', context: Context): Promise<void> => {
  const director = await openDirector(context);
  const { values } = context;
  const host = values.text('host');
  const countText = values.text('vhost-count');
  const vhosts = parseUint32(countText);
  const isMissing = countText === undefined && cmd === 'HOST-UPDATE';
  if (host === undefined || isMissing || (countText !== undefined && vhosts === undefined)) throw new WrongUsage();
  if (parseUint32(host) !== undefined) {
    // It would be an address; more likely it is a vhost count whose host was forgotten.
    context.error(`Invalid host '${host}'`);
    throw new WrongUsage();
  }
  const { name, tag } = splitTag(host, values.text('tag') ?? '');
  const ips = await addressesOf(name, context);
  for (const ip of ips ?? []) director.send(hostCommand(cmd, ip, tag, vhosts));
  for (const ip of ips ?? []) {
    const line = await director.next();
    if (line === undefined) disconnected(director, context);
    else if (line !== 'OK') {
      context.error(`${ip}: ${line === 'NOTFOUND' ? "doesn't exist" : line}`);
      context.exitCode = EXIT.tempFail;
    } else if (context.verbose) context.info(`${ip}: OK`);
  }
  director.close();
};

const hostCommand = (
  cmd: 'HOST-SET' | 'HOST-UPDATE',
  ip: IpAddress,
  tag: string,
  vhosts: number | undefined,
): DirectorAdminCommand => {
  if (vhosts === undefined) return { cmd: 'HOST-SET', ip, tag };
  return { cmd, ip, tag, vhosts };
};

/** `-t` counts before the `@` of the host, which then stays part of the name. */
const splitTag = (host: string, tag: string): { name: string; tag: string } => {
  const at = host.indexOf('@');
  if (tag !== '') return { name: host, tag };
  return at === -1 ? { name: host, tag: '' } : { name: host.slice(0, at), tag: host.slice(at + 1) };
};
