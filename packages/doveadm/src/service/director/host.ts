/** `director up`, `down`, `remove`: commands that take one mail server and answer OK or NOTFOUND. */
import { EXIT } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command } from '../context.ts';
import { openDirector } from './connection.ts';
import { hostParameter, socketPath } from './parameters.ts';
import { addressesOf, disconnected } from './reply.ts';

const hostCommand = (
  word: string,
  cmd: 'HOST-UP' | 'HOST-DOWN' | 'HOST-REMOVE',
  done: string,
  summary: string,
): Command => ({
  name: `director ${word}`,
  usage: '[-a <director socket path>] <host>',
  summary,
  parameters: [socketPath, hostParameter],
  async run(context) {
    const director = await openDirector(context);
    const host = context.values.text('host');
    if (host === undefined) throw new WrongUsage();
    const ips = await addressesOf(host, context);
    for (const ip of ips ?? []) director.send({ cmd, ip });
    for (const ip of ips ?? []) {
      const line = await director.next();
      if (line === 'NOTFOUND') {
        context.error(`${ip}: doesn't exist`);
        if (context.exitCode === EXIT.ok) context.exitCode = EXIT.notFound;
      } else if (line === undefined) disconnected(director, context);
      else if (line !== 'OK') {
        context.error(`${ip}: ${line}`);
        context.exitCode = EXIT.tempFail;
      } else if (context.verbose) context.info(`${ip}: ${done}`);
    }
    director.close();
  },
});

export const directorUp = hostCommand('up', 'HOST-UP', 'up', 'Mark a mail server up');
export const directorDown = hostCommand('down', 'HOST-DOWN', 'down', 'Mark a mail server down: no new users');
export const directorRemove = hostCommand(
  'remove',
  'HOST-REMOVE',
  'removed',
  'Remove a mail server and move its users',
);
