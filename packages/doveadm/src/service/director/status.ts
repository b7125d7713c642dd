/**
 * `director status`: the mail servers; with a user, where that user is. The director takes a name of digits alone for a
 * hash, as does Dovecot's; with -n, which Dovecot's doveadm has not, the name is hashed here.
 */
import { type ByteString, splitTabs, type UserKey } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import type { Command, Context } from '../context.ts';
import { type Director, openDirector } from './connection.ts';
import { userHashOf } from './map.ts';
import { socketPath } from './parameters.ts';
import { disconnected, listRows } from './reply.ts';
import { unixTime } from './unix-time.ts';

export const directorStatus: Command = {
  name: 'director status',
  usage: '[-a <director socket path>] [<user>] [<tag>]',
  summary: 'Show the mail servers, or the mail server of a user; -n: the user is a name, even if it is a number',
  parameters: [
    socketPath,
    { name: 'by-name', type: 'bool', short: 'n' },
    { name: 'user', type: 'string', positional: true },
    { name: 'tag', type: 'string', positional: true },
  ],
  async run(context) {
    const director = await openDirector(context);
    const user = context.values.text('user');
    if (user === undefined) await servers(director, context);
    else await userStatus(user, director, context);
    director.close();
  },
};

const servers = async (director: Director, context: Context): Promise<void> => {
  const { output, host } = context;
  output.begin('table');
  for (const title of ['mail server ip', 'tag', 'vhosts', 'state']) output.column(title);
  output.column('state changed', { key: 'state-changed' });
  output.column('users');
  director.send({ cmd: 'HOST-LIST' });
  for await (const line of listRows(director, context)) {
    const [ip = '', vhosts = '', users = '', tag = '', state = '', changed] = splitTabs(line);
    if (changed === undefined) continue;
    const time = unixTime(changed) ?? 0;
    const when = time <= 0 ? '-' : host.localTime(time);
    for (const value of [ip, tag, vhosts, state.startsWith('D') ? 'down' : 'up', when, users]) output.value(value);
  }
};

const hashKey = (user: ByteString, context: Context): UserKey | undefined => {
  const hash = userHashOf(user, context);
  return hash === undefined ? undefined : { hash };
};

const userStatus = async (user: ByteString, director: Director, context: Context): Promise<void> => {
  const key = context.values.flag('by-name') ? hashKey(user, context) : { name: user };
  if (key === undefined) {
    context.exitCode = EXIT.tempFail;
    return;
  }
  director.send({ cmd: 'USER-LOOKUP', user: key, tag: context.values.text('tag') ?? '' });
  const line = await director.next();
  if (line === undefined) {
    disconnected(director, context);
    return;
  }
  const fields = splitTabs(line);
  const [current = '', expires, hashed = '', initial = ''] = fields;
  const time = unixTime(expires);
  if (fields.length !== 4 || time === undefined) {
    context.error('Invalid reply from director');
    context.exitCode = EXIT.protocol;
    return;
  }
  const { output, host } = context;
  output.begin(
    'formatted',
    'Current: %{status} (expires %{expires})\nHashed: %{hashed}\nInitial config: %{initial-config}\n',
  );
  for (const column of ['status', 'expires', 'hashed', 'initial-config']) output.column(column);
  const where = current === '' ? ['n/a', '-1'] : [current, host.localTime(time)];
  for (const value of [...where, hashed, initial]) output.value(value);
};
