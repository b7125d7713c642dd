/**
 * Answers on master and userdb sockets:
 *
 *     USER <id> <user> <param>...       PASS <id> user=<user> <param>...
 *     NOTFOUND <id>                     FAIL <id> [reason=<text>]
 *     LIST <id> <user>                  DONE <id> "" | DONE <id> fail
 *     OK <id> <count>                   of CACHE-FLUSH
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { escapeTab, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { appendParams } from '../line/param.ts';

export type AuthMasterReply =
  | { cmd: 'USER'; id: number; user: ByteString; params: readonly ByteString[] }
  /** `params`: `user=` is the first. */
  | { cmd: 'PASS' | 'FAIL'; id: number; params: readonly ByteString[] }
  | { cmd: 'NOTFOUND'; id: number }
  | { cmd: 'LIST'; id: number; user: ByteString }
  | { cmd: 'DONE'; id: number; failed: boolean }
  /** `id` as CACHE-FLUSH sent it. */
  | { cmd: 'OK'; id: ByteString; count: number };

export const encodeAuthMasterReply = (reply: AuthMasterReply): ByteString => {
  switch (reply.cmd) {
    case 'USER':
      return `USER\t${reply.id}${appendParams([reply.user, ...reply.params])}\n`;
    case 'PASS':
    case 'FAIL':
      return `${reply.cmd}\t${reply.id}${appendParams(reply.params)}\n`;
    case 'NOTFOUND':
      return `NOTFOUND\t${reply.id}\n`;
    case 'LIST':
      return `LIST\t${reply.id}\t${escapeTab(reply.user)}\n`;
    case 'DONE':
      return `DONE\t${reply.id}\t${reply.failed ? 'fail' : ''}\n`;
    case 'OK':
      return `OK\t${escapeTab(reply.id)}\t${reply.count}\n`;
  }
};

/** One line without LF. Empty fields are dropped. */
export const parseAuthMasterReply = (line: ByteString): AuthMasterReply => {
  const [word, number = '', ...rest] = splitTabs(line);
  if (word === 'OK') return { cmd: 'OK', id: number, count: requireUint32(rest[0], 'count') };
  const id = requireUint32(number, 'request id');
  switch (word) {
    case 'USER':
      if (rest[0] === undefined || rest[0] === '') throw new WireError('bad-line', 'USER without a name');
      return { cmd: 'USER', id, user: rest[0], params: rest.slice(1).filter((param) => param !== '') };
    case 'PASS':
    case 'FAIL':
      return { cmd: word, id, params: rest.filter((param) => param !== '') };
    case 'NOTFOUND':
      return { cmd: 'NOTFOUND', id };
    case 'LIST':
      return { cmd: 'LIST', id, user: rest[0] ?? '' };
    case 'DONE':
      return { cmd: 'DONE', id, failed: (rest[0] ?? '') !== '' };
    default:
      throw new WireError('bad-line', 'unknown reply');
  }
};

const requireUint32 = (field: ByteString | undefined, what: string): number => {
  const value = parseUint32(field);
  if (value === undefined) throw new WireError('bad-number', `reply without a ${what}`);
  return value;
};
