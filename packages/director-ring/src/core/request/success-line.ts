/**
 * The auth server's success lines, `OK\t<id>[\t<field>...]` and `PASS\t...`: which of them need a mail host, and the line
 * with it (director/login-connection.c). A line is completed by appending to its original text, never written anew.
 */
import { type ByteString, type IpAddress, parseIpAddress, parsePort, unescapeTab } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';

export type SuccessLine = {
  /** Whose mail host: the last `destuser`, else `user`. */
  username: ByteString | undefined;
  tag: ByteString;
  hasProxy: boolean;
  hasHost: boolean;
  /** `director_proxy_maybe`: the line stays as it is if the mail host is this very server. */
  proxyMaybe: boolean;
  localIp: IpAddress | undefined;
  localPort: number | undefined;
  port: number | undefined;
  /** Names of fields that could not be read; they are ignored. */
  invalid: { readonly field: string; readonly value: ByteString }[];
};

/** Undefined for a line that goes through as it is: no proxying wanted, the host already decided, or no username. */
export const readSuccessLine = (line: ByteString): SuccessLine | undefined => {
  const success: SuccessLine = {
    username: undefined,
    tag: '',
    hasProxy: false,
    hasHost: false,
    proxyMaybe: false,
    localIp: undefined,
    localPort: undefined,
    port: undefined,
    invalid: [],
  };
  const fields = line.split('\t');
  const isEscaped = line.includes('\x01');
  // 0 is the command, 1 the id.
  for (let i = 2; i < fields.length; i++) {
    const field = fields[i] ?? '';
    readField(success, isEscaped ? unescapeTab(field) : field);
  }
  const isCandidate = (success.hasProxy || success.proxyMaybe) && !success.hasHost;
  return isCandidate && success.username !== undefined ? success : undefined;
};

const readField = (success: SuccessLine, field: ByteString): void => {
  // Fields of a success line can be many and few matter; their first letter sorts most of them out.
  switch (field.charCodeAt(0)) {
    case 0x64: // d
      if (field.startsWith('destuser=')) success.username = field.slice(9);
      else if (field.startsWith('director_tag=')) success.tag = field.slice(13);
      else if (isFlag(field, 'director_proxy_maybe')) success.proxyMaybe = true;
      return;
    case 0x68: // h
      if (field.startsWith('host=')) success.hasHost = true;
      return;
    case 0x6c: // l
      if (field.startsWith('lip=')) success.localIp = read(success, 'lip', field.slice(4), parseIpAddress);
      else if (field.startsWith('lport=')) success.localPort = read(success, 'lport', field.slice(6), parsePort);
      return;
    case 0x70: // p
      if (isFlag(field, 'proxy')) success.hasProxy = true;
      else if (field.startsWith('port=')) success.port = read(success, 'port', field.slice(5), parsePort);
      return;
    case 0x75: // u
      if (field.startsWith('user=')) success.username ??= field.slice(5);
      return;
    default:
  }
};

/** `name` or `name=...`. */
const isFlag = (field: ByteString, name: string): boolean =>
  field.startsWith(name) && (field.length === name.length || field[name.length] === '=');

const read = <T>(
  success: SuccessLine,
  field: string,
  value: ByteString,
  parse: (text: ByteString) => T | undefined,
): T | undefined => {
  const parsed = parse(value);
  if (parsed === undefined) success.invalid.push({ field, value });
  return parsed;
};

/** `refreshSeconds`: how often the login process shall say that the user still has sessions. */
export const completeSuccessLine = (
  line: ByteString,
  success: SuccessLine,
  host: MailHost,
  refreshSeconds: number,
): ByteString => {
  if (success.proxyMaybe && isOurselves(success, host)) return line;
  const target = host.hostname === '' ? host.ip : `${host.hostname}\thostip=${host.ip}`;
  return `${line}\tproxy_refresh=${refreshSeconds}\thost=${target}`;
};

/** Invalid or absent ports match any. */
const isOurselves = ({ localIp, localPort, port }: SuccessLine, host: MailHost): boolean =>
  host.ip === localIp && (port === undefined || localPort === undefined || port === localPort);

/** The answer when there is no mail host: a temporary failure, without a user's name or a reason. */
export const failSuccessLine = (line: ByteString): ByteString =>
  `FAIL\t${line.split('\t', 2)[1] ?? ''}\tcode=temp_fail`;
