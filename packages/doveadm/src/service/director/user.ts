/** `director move` and `director kick`: one user, or for kick all users with a passdb field's value. */
import type { IpAddress } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import { type Director, openDirector } from './connection.ts';
import { userHashOf } from './map.ts';
import { hostParameter, socketPath } from './parameters.ts';
import { addressesOf, disconnected } from './reply.ts';

export const directorMove: Command = {
  name: 'director move',
  usage: '[-a <director socket path>] <user> <host>',
  summary: 'Move a user to another mail server',
  parameters: [socketPath, { name: 'user', type: 'string', positional: true }, hostParameter],
  async run(context) {
    const director = await openDirector(context);
    const user = context.values.text('user');
    const host = context.values.text('host');
    if (user === undefined || host === undefined) throw new WrongUsage();
    const hash = userHashOf(user, context);
    const ip = hash === undefined ? undefined : (await addressesOf(host, context))?.[0];
    if (hash !== undefined && ip !== undefined) await move(hash, ip, director, context);
    director.close();
  },
};

const move = async (hash: number, ip: IpAddress, director: Director, context: Context): Promise<void> => {
  director.send({ cmd: 'USER-MOVE', user: { hash }, ip });
  const line = await director.next();
  switch (line) {
    case undefined:
      disconnected(director, context);
      break;
    case 'OK':
      if (context.verbose) context.info(`User hash ${hash} moved to ${ip}`);
      break;
    case 'NOTFOUND':
      context.error(`Host '${ip}' doesn't exist`);
      context.exitCode = EXIT.notFound;
      break;
    case 'TRYAGAIN':
      context.error('User is already being moved, wait a while for it to be finished');
      context.exitCode = EXIT.tempFail;
      break;
    default:
      context.error(`failed: ${line}`);
      context.exitCode = EXIT.tempFail;
  }
};

export const directorKick: Command = {
  name: 'director kick',
  usage: '[-a <director socket path>] [-f <passdb field>] <user>',
  summary: 'Disconnect a user everywhere',
  parameters: [
    socketPath,
    { name: 'passdb-field', type: 'string', short: 'f' },
    { name: 'user', type: 'string', positional: true },
  ],
  async run(context) {
    const director = await openDirector(context);
    const user = context.values.text('user');
    if (user === undefined) throw new WrongUsage();
    const field = context.values.text('passdb-field');
    director.send(
      field === undefined
        ? { cmd: 'USER-KICK', username: user, nowait: false }
        : { cmd: 'USER-KICK-ALT', field, value: user, nowait: false },
    );
    const line = await director.next();
    if (line === undefined) disconnected(director, context);
    else if (line !== 'OK') {
      context.error(`failed: ${line}`);
      context.exitCode = EXIT.tempFail;
    } else if (context.verbose) context.info(`User ${user} kicked`);
    director.close();
  },
};
