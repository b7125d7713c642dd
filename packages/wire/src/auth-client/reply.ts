/**
 * An auth server's answers: OK <id> <param>..., FAIL <id> <param>..., CONT <id> <base64>, CANCELLED <id> (2.4).
 * 2.3 login processes recognise `proxy`, `nologin` and `anonymous` only without a value.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { appendParams } from '../line/param.ts';

/** `code=` of FAIL; `reason=` carries what the user may see. */
export type AuthFailCode =
  | 'temp_fail'
  | 'authz_fail'
  | 'user_disabled'
  | 'pass_expired'
  | 'invalid_base64'
  | 'login_disabled'
  | 'auth_mech_invalid'
  | 'auth_mech_ssl_required'
  | 'anonymous_denied';

export type AuthReply =
  /** `params`: `key` or `key=value`, unescaped, in order; `user=` is the first. */
  | { cmd: 'OK' | 'FAIL'; id: number; params: readonly ByteString[] }
  /** `data`: base64. */
  | { cmd: 'CONT'; id: number; data: ByteString }
  | { cmd: 'CANCELLED'; id: number };

export const encodeAuthReply = (reply: AuthReply): ByteString => {
  switch (reply.cmd) {
    case 'OK':
      return `OK\t${reply.id}${appendParams(reply.params)}\n`;
    case 'FAIL':
      return `FAIL\t${reply.id}${appendParams(reply.params)}\n`;
    case 'CONT':
      return `CONT\t${reply.id}\t${reply.data}\n`;
    case 'CANCELLED':
      return `CANCELLED\t${reply.id}\n`;
  }
};

/** One line without LF. Empty fields, which 2.3 leaves behind for hidden ones, are dropped. */
export const parseAuthReply = (line: ByteString): AuthReply => {
  const [word, number, ...rest] = splitTabs(line);
  const id = parseUint32(number);
  if (id === undefined) throw new WireError('bad-number', 'reply without a request id');
  switch (word) {
    case 'OK':
    case 'FAIL':
      return { cmd: word, id, params: rest.filter((param) => param !== '') };
    case 'CONT':
      return { cmd: 'CONT', id, data: rest[0] ?? '' };
    case 'CANCELLED':
      return { cmd: 'CANCELLED', id };
    default:
      throw new WireError('bad-line', 'unknown reply');
  }
};
