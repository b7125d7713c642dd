/**
 * `[REFERRAL imap://user;AUTH=*@host:port/]` in a backend's refusal (RFC 2221, RFC 5092): who is to be where instead, as
 * imap-login/imap-proxy.c of 2.4 reads it. 2.3 passes such refusals on to the client.
 */
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import { percentDecoded, type Referral, readAuthority } from '../net/authority.ts';

const CODE = '[REFERRAL IMAP://';

/** `text`: a refusal behind its `NO `. Undefined if it is no referral, or one that cannot be followed. */
export const parseImapReferral = (text: ByteString): Referral | undefined => {
  if (asciiUpper(text.slice(0, CODE.length)) !== CODE) return undefined;
  const read = readAuthority(text.slice(CODE.length));
  if (read === undefined || !/^(?:\/[^\] ]*)?\]/.test(read.rest)) return undefined;
  const { userinfo, host, port } = read.authority;
  if (userinfo === undefined) return { user: undefined, host, port };
  const [, encoded = '', mechanism] = /^([^;]*)(;.*)?$/.exec(userinfo) ?? [];
  if (mechanism !== undefined && !/^;AUTH=./i.test(mechanism)) return undefined;
  const user = percentDecoded(encoded);
  return user === undefined ? undefined : { user: user === '' ? undefined : user, host, port };
};
