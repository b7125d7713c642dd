/** `auth_token` of REQUEST: what DOVECOT-TOKEN takes instead of a password (auth-token.c). */
import { createHmac } from 'node:crypto';
import type { ByteString } from '@homing/wire';

export type TokenOf = { user: ByteString; sessionPid: number; session: ByteString; service: ByteString };

/** HMAC-SHA1, lower-case hex. `secret`: the 32 bytes of `auth-token-secret.dat`. */
export const authToken = ({ user, sessionPid, session, service }: TokenOf, secret: ByteString): string =>
  createHmac('sha1', Buffer.from(user, 'latin1'))
    .update(`${sessionPid}${session}${service}${secret}`, 'latin1')
    .digest('hex');
