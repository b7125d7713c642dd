/** `director flush`: moves the users of a mail server (or of all) away; with -F only forgets where they are. */
import type { DirectorAdminCommand, IpAddress } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import { type Director, openDirector } from './connection.ts';
import { hostParameter, socketPath } from './parameters.ts';
import { addressesOf, disconnected } from './reply.ts';

export const directorFlush: Command = {
  name: 'director flush',
  usage: '[-a <director socket path>] [-F] [--max-parallel <n>] <host>|all',
  summary: 'Move the users of a mail server to where they belong',
  parameters: [
    socketPath,
    { name: 'force-flush', type: 'bool', short: 'F' },
    { name: 'max-parallel', type: 'int64' },
    hostParameter,
  ],
  async run(context) {
    const director = await openDirector(context);
    const host = context.values.text('host');
    if (host === undefined) throw new WrongUsage();
    if (host === 'all') await flushAll(director, context);
    else await flushHost(host, director, context);
    director.close();
  },
};

/** Without an address: all mail servers. */
const flushCommand = (ip: IpAddress | undefined, { values }: Context): DirectorAdminCommand => {
  const parallel = values.number('max-parallel') ?? 0;
  const target = ip === undefined ? {} : { ip };
  if (values.flag('force-flush')) return { cmd: 'HOST-FLUSH', ...target };
  return { cmd: 'HOST-RESET-USERS', ...target, ...(parallel > 0 && { maxMoving: parallel }) };
};

const flushAll = async (director: Director, context: Context): Promise<void> => {
  director.send(flushCommand(undefined, context));
  const line = await director.next();
  if (line === undefined) disconnected(director, context);
  else if (line !== 'OK') {
    context.error(`failed: ${line}`);
    context.exitCode = EXIT.tempFail;
  } else if (context.verbose) context.info('flushed');
};

const flushHost = async (host: string, director: Director, context: Context): Promise<void> => {
  const ips = await addressesOf(host, context);
  for (const ip of ips ?? []) director.send(flushCommand(ip, context));
  for (const ip of ips ?? []) {
    const line = await director.next();
    if (line === 'NOTFOUND') {
      context.warning(`${ip}: doesn't exist`);
      if (context.exitCode === EXIT.ok) context.exitCode = EXIT.notFound;
    } else if (line === undefined) disconnected(director, context);
    else if (line !== 'OK') {
      context.warning(`${ip}: ${line}`);
      context.exitCode = EXIT.tempFail;
    } else if (context.verbose) context.info(`${ip}: flushed`);
  }
};
