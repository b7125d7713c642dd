/**
 * Replies of the ipc protocol (ipc/client.c, lib-master/ipc-server.c). To an administrator the bare line, from a
 * registered process behind the tag of the command:
 *
 *     [<tag> TAB] :data      one line of the answer, more follow
 *     [<tag> TAB] +data      done
 *     [<tag> TAB] -text      failed
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { parseUint32 } from '../line/number.ts';

export type IpcReply = { reply: 'line' | 'ok' | 'error'; data: ByteString };

const SIGNS = { line: ':', ok: '+', error: '-' } as const;

export const formatIpcReply = ({ reply, data }: IpcReply): ByteString => SIGNS[reply] + data;

export const parseIpcReply = (line: ByteString): IpcReply => {
  const data = line.slice(1);
  switch (line[0]) {
    case ':':
      return { reply: 'line', data };
    case '+':
      return { reply: 'ok', data };
    case '-':
      return { reply: 'error', data };
    default:
      throw new WireError('bad-line', 'ipc reply begins with none of : + -');
  }
};

/** `rest` is a command towards a registered process, a reply from it. */
export type IpcTagged = { tag: number; rest: ByteString };

export const formatIpcTagged = ({ tag, rest }: IpcTagged): ByteString => `${tag}\t${rest}`;

export const parseIpcTagged = (line: ByteString): IpcTagged => {
  const tab = line.indexOf('\t');
  const tag = tab === -1 ? undefined : parseUint32(line.slice(0, tab));
  if (tag === undefined || tab === line.length - 1) throw new WireError('bad-line', 'ipc line without a tag');
  return { tag, rest: line.slice(tab + 1) };
};
