/**
 * `-ERR [REFERRAL/user@host:port] Referral`, by which a POP3 server of Dovecot 2.4 tells a proxy where the user is to be
 * instead (pop3-login/pop3-proxy.c, pop3_proxy_parse_referral).
 */
import type { ByteString } from '../line/bytes.ts';
import { percentDecoded, type Referral, readAuthority } from '../net/authority.ts';

const CODE = '[REFERRAL/';

/** `text`: what follows `-ERR `. Undefined if it is no referral, or one that cannot be followed. */
export const parsePop3Referral = (text: ByteString): Referral | undefined => {
  if (!text.startsWith(CODE)) return undefined;
  const read = readAuthority(text.slice(CODE.length));
  if (read === undefined || !read.rest.startsWith(']')) return undefined;
  const { userinfo, host, port } = read.authority;
  const user = percentDecoded(userinfo ?? '');
  return user === undefined ? undefined : { user: user === '' ? undefined : user, host, port };
};

/** The same, without the text: `[REFERRAL/user@host:port]`. `port` undefined: POP3's own. */
export const formatPop3Referral = (user: ByteString, host: ByteString, port: number | undefined): ByteString => {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${CODE}${percentEncoded(user)}@${name}${port === undefined || port === DEFAULT_PORT ? '' : `:${port}`}]`;
};

const DEFAULT_PORT = 110;

/** What may not stand in the userinfo of a URL (lib/uri-util.c, uri_append_userinfo). */
const percentEncoded = (user: ByteString): ByteString =>
  user.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
