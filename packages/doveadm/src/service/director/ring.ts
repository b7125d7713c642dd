/** `director ring add`, `remove` and `status`: the directors themselves. */
import { parseIpAddress, parsePort, splitTabs } from '@homing/wire';
import { EXIT, type Parameter } from '../../core/command/command.ts';
import { WrongUsage } from '../../core/command/fatal.ts';
import type { Command } from '../context.ts';
import { openDirector } from './connection.ts';
import { socketPath } from './parameters.ts';
import { disconnected, listRows } from './reply.ts';
import { unixTime } from './unix-time.ts';

const address: readonly Parameter[] = [
  socketPath,
  { name: 'ip', type: 'string', positional: true },
  { name: 'port', type: 'string', positional: true },
];

const ringCommand = (word: string, cmd: 'DIRECTOR-ADD' | 'DIRECTOR-REMOVE', summary: string): Command => ({
  name: `director ring ${word}`,
  usage: '[-a <director socket path>] <ip> [<port>]',
  summary,
  parameters: address,
  async run(context) {
    const director = await openDirector(context);
    const ip = parseIpAddress(context.values.text('ip') ?? '');
    const portText = context.values.text('port');
    const port = parsePort(portText);
    if (ip === undefined || (portText !== undefined && port === undefined)) throw new WrongUsage();
    director.send({ cmd, ip, ...(port !== undefined && { port }) });
    const line = await director.next();
    if (line === undefined) disconnected(director, context);
    else if (line !== 'OK') {
      context.error(line === 'NOTFOUND' ? 'Not found' : `Failed: ${line}`);
      context.exitCode = line === 'NOTFOUND' ? EXIT.notFound : EXIT.tempFail;
    }
    director.close();
  },
});

export const directorRingAdd = ringCommand('add', 'DIRECTOR-ADD', 'Add a director to the ring');
export const directorRingRemove = ringCommand('remove', 'DIRECTOR-REMOVE', 'Remove a director from the ring');

const COLUMNS = (
  'director ip,port,type,last failed,status,ping ms,' + 'input,output,buffered,buffered peak,last read,last write'
).split(',');
const TIMES = new Set([3, 10, 11]);

export const directorRingStatus: Command = {
  name: 'director ring status',
  usage: '[-a <director socket path>]',
  summary: 'Show the directors of the ring',
  parameters: [socketPath],
  async run(context) {
    const director = await openDirector(context);
    const { output, host } = context;
    output.begin('table');
    for (const title of COLUMNS) output.column(title);
    director.send({ cmd: 'DIRECTOR-LIST' });
    for await (const line of listRows(director, context)) {
      const fields = splitTabs(line);
      for (const at of COLUMNS.keys()) {
        const field = fields[at];
        const time = TIMES.has(at) ? unixTime(field) : undefined;
        output.value(time === undefined ? (field ?? '-') : time === 0 ? 'never' : host.localTime(time));
      }
    }
    director.close();
  },
};
