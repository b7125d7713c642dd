/** `director flush`: moves the users of a mail server (or of all) away; with -F only forgets where they are. */
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

/** `ip` is empty for all. */
const flushLine = (ip: string, { values }: Context): string => {
  const parallel = values.number('max-parallel') ?? 0;
  if (values.flag('force-flush')) return ip === '' ? 'HOST-FLUSH\n' : `HOST-FLUSH\t${ip}\n`;
  if (parallel > 0) return `HOST-RESET-USERS\t${ip}\t${parallel}\n`;
  return ip === '' ? 'HOST-RESET-USERS\n' : `HOST-RESET-USERS\t${ip}\n`;
};

const flushAll = async (director: Director, context: Context): Promise<void> => {
  director.send(flushLine('', context));
  const line = await director.next();
  if (line === undefined) disconnected(director, context);
  else if (line !== 'OK') {
    context.error(`failed: ${line}`);
    context.exitCode = EXIT.tempFail;
  } else if (context.verbose) context.info('flushed');
};

const flushHost = async (host: string, director: Director, context: Context): Promise<void> => {
  const ips = await addressesOf(host, context);
  for (const ip of ips ?? []) director.send(flushLine(ip, context));
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
