/** The director-admin socket, one connection for each command, as doveadm uses it. */
import { openLineClient } from '../lib/line-client.ts';

const VERSION = 'VERSION\tdirector-doveadm\t1\t0';

/** The lines of the reply; of a list without the empty line at its end. Ring changes may take 30 s. */
export const askAdmin = async (socket: string, command: string, deadlineMs = 35_000): Promise<string[]> => {
  using client = await openLineClient(socket);
  client.send(`${VERSION}\n`);
  const version = await client.line();
  if (version !== VERSION) throw new Error(`${socket} says ${version}`);
  client.send(`${command}\n`);
  if (!/^[A-Z]+-LIST/.test(command)) return [await client.line(deadlineMs)];
  return (await client.linesUntil((line) => line === '', deadlineMs)).slice(0, -1);
};

/** One connection to a director, or one director without any. */
export type DirectorRow = {
  readonly address: string;
  readonly port: string;
  readonly type: string;
  readonly status: string;
};

export const directorRows = (lines: readonly string[]): DirectorRow[] =>
  lines.map((line) => {
    const [address = '', port = '', type = '', , status = ''] = line.split('\t');
    return { address, port, type, status };
  });

/** `ip vhosts users tag state`; the time of the last change is left out, because a director of Dovecot forgets it. */
export const hostRows = (lines: readonly string[]): string[] =>
  lines.map((line) => line.split('\t').slice(0, 5).join(' '));

/** Backend by user hash. A hash that two tags have counts once for each. */
export const userRows = (lines: readonly string[]): string[] =>
  lines
    .map((line) => {
      const [hash = '', , ip = ''] = line.split('\t');
      return `${hash} ${ip}`;
    })
    .sort();
