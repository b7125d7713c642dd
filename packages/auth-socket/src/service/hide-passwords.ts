/** What debug lines show of the protocol: never a password, a token or a SASL response. */
import type { ByteString } from '@homing/wire';

/** Fields whose name contains `pass` or `token` lose their value. */
export const hidePasswords = (line: ByteString): string =>
  line
    .split('\t')
    .map((field) =>
      /^[^=]*(?:pass|token)[^=]*=/.test(field) ? `${field.slice(0, field.indexOf('='))}=<hidden>` : field,
    )
    .join('\t');

/** The response in AUTH and the payload of CONT. */
export const hideResponse = (line: ByteString): string => {
  if (line.startsWith('CONT\t')) return line.replace(/^(CONT\t[^\t]*\t)[\s\S]*$/, '$1<hidden>');
  const resp = line.indexOf('\tresp=');
  return resp === -1 ? line : `${line.slice(0, resp)}\tresp=<hidden>`;
};

/** The cookie in REQUEST, which is what proves the login to be the asker's. */
export const hideCookie = (line: ByteString): string =>
  line.replace(/^(REQUEST\t[^\t]*\t[^\t]*\t[^\t]*\t)[^\t]*/, '$1<hidden>');
