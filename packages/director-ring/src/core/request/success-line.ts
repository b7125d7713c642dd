/**
 * The auth server's success lines, `OK\t<id>[\t<field>...]` and `PASS\t...`: which of them need a mail host, and the line
 * with it (director/login-connection.c). A line is completed by appending to its original text, never written anew.
 */
import { type ByteString, paramMap, parseIpAddress, parsePort, splitTabs, unescapeTab } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';

export type SuccessLine = {
  /** Whose mail host: the last `destuser`, else `user`. */
  username: ByteString | undefined;
  hasDestuser: boolean;
  tag: ByteString;
  hasProxy: boolean;
  /** `empty`: `host=` and nothing more, which no peer understands and a 2.3 lmtp dies of. */
  host: 'none' | 'empty' | 'given';
  /** `director_proxy_maybe`: the line stays as it is if the mail host is this very server. */
  proxyMaybe: boolean;
};

/** Undefined for a line that goes through as it is: no proxying wanted, or the host already decided. */
export const readSuccessLine = (line: ByteString): SuccessLine | undefined => {
  const success: SuccessLine = {
    username: undefined,
    hasDestuser: false,
    tag: '',
    hasProxy: false,
    host: 'none',
    proxyMaybe: false,
  };
  const isEscaped = line.includes('\x01');
  for (let start = fieldsStart(line); start > 0; ) {
    const tab = line.indexOf('\t', start);
    const end = tab === -1 ? line.length : tab;
    if (isEscaped) {
      const field = unescapeTab(line.slice(start, end));
      readField(success, field, 0, field.length);
    } else readField(success, line, start, end);
    start = tab + 1;
  }
  return (success.hasProxy || success.proxyMaybe) && success.host !== 'given' ? success : undefined;
};

/** Behind the command and the id; 0 if nothing is there. */
const fieldsStart = (line: ByteString): number => {
  const idStart = line.indexOf('\t') + 1;
  return idStart === 0 ? 0 : line.indexOf('\t', idStart) + 1;
};

/** The field that is `line` from `start` to `end`: fields are many, few matter, and those alone are cut out. */
const readField = (success: SuccessLine, line: ByteString, start: number, end: number): void => {
  const is = (name: string): boolean => line.startsWith(name, start) && start + name.length <= end;
  switch (line.charCodeAt(start)) {
    case 0x64: // d
      if (is('destuser=')) {
        success.username = line.slice(start + 9, end);
        success.hasDestuser = true;
      } else if (is('director_tag=')) success.tag = line.slice(start + 13, end);
      else if (isFlag(line, start, end, 'director_proxy_maybe')) success.proxyMaybe = true;
      return;
    case 0x68: // h
      if (is('host=')) success.host = start + 5 === end ? 'empty' : 'given';
      return;
    case 0x70: // p
      if (isFlag(line, start, end, 'proxy')) success.hasProxy = true;
      return;
    case 0x75: // u
      if (is('user=')) success.username ??= line.slice(start + 5, end);
      return;
    default:
  }
};

/** `name` or `name=...`. */
const isFlag = (line: ByteString, start: number, end: number, name: string): boolean => {
  const after = start + name.length;
  return line.startsWith(name, start) && (after === end || (after < end && line.charCodeAt(after) === 0x3d));
};

/** Appended to a line for a user of this host. `refreshSeconds`: how often to say that it still has sessions; 0: never. */
export const hostFields = (host: MailHost, refreshSeconds: number): ByteString => {
  const target = host.hostname === '' ? host.ip : `${host.hostname}\thostip=${host.ip}`;
  return `${refreshSeconds === 0 ? '' : `\tproxy_refresh=${refreshSeconds}`}\thost=${target}`;
};

/** `director_proxy_maybe`, and the host is this very server: the line stays as it is. */
export const staysHere = (line: ByteString, success: SuccessLine, host: MailHost): boolean =>
  success.proxyMaybe && isOurselves(line, host);

/**
 * Nothing but `director_proxy_maybe` says that the login may be proxied, and the auth server said where it came to: so it
 * is another server's, and `proxy` has to be said. Without `lip` nobody can tell, and it goes on as 2.3 has it.
 */
export const becomesProxied = (line: ByteString, { proxyMaybe, hasProxy }: SuccessLine): boolean =>
  proxyMaybe && !hasProxy && line.includes('\tlip=');

/** Invalid or absent ports match any. */
const isOurselves = (line: ByteString, host: MailHost): boolean => {
  const fields = paramMap(splitTabs(line).filter((field) => field.includes('=')));
  const port = parsePort(fields.get('port'));
  const localPort = parsePort(fields.get('lport'));
  const isPort = port === undefined || localPort === undefined || port === localPort;
  return isPort && parseIpAddress(fields.get('lip') ?? '') === host.ip;
};

/**
 * LMTP refuses a mail for good, with 550, when it is told to proxy and not where to; a login process says that it is a
 * temporary failure, and is left to.
 */
export const wouldBounce = (line: ByteString, { hasProxy }: SuccessLine): boolean =>
  hasProxy && line.startsWith('PASS\t');

/** The answer when there is no mail host: a temporary failure, without a user's name or a reason. */
export const failSuccessLine = (line: ByteString): ByteString => `FAIL\t${requestId(line)}\tcode=temp_fail`;

export const requestId = (line: ByteString): ByteString => line.split('\t', 2)[1] ?? '';
