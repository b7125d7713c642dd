/** `director dump`: the commands that bring a fresh director to the mail servers of this one. */
import { splitTabs } from '@homing/wire';
import type { Command } from '../context.ts';
import { openDirector } from './connection.ts';
import { socketPath } from './parameters.ts';
import { listRows } from './reply.ts';

export const createDirectorDump = (program: string): Command => ({
  name: 'director dump',
  usage: '[-a <director socket path>]',
  summary: 'Print the commands that set up the current mail servers',
  parameters: [socketPath],
  async run(context) {
    const director = await openDirector(context);
    const { output } = context;
    const socket = director.isExplicit ? ' -a %{socket-path}' : '';
    output.begin('formatted', `${program} director %{command}${socket} %{host} %{vhost_count}\n`);
    for (const column of ['command', 'socket-path', 'host', 'vhost_count']) output.column(column);
    director.send({ cmd: 'HOST-LIST' });
    for await (const line of listRows(director, context)) {
      const [ip = '', vhosts, , tag = ''] = splitTabs(line);
      if (vhosts === undefined) continue;
      for (const value of ['add', director.path, tag === '' ? ip : `${ip}@${tag}`, vhosts]) output.value(value);
    }
    director.send({ cmd: 'HOST-LIST-REMOVED' });
    for await (const ip of listRows(director, context)) {
      for (const value of ['remove', director.path, ip, '']) output.value(value);
    }
    director.close();
  },
});
