/**
 * What AUTH, USER, PASS and LIST say about the connection a login came from (auth_request_import_info() and
 * auth_request_import_auth()). Unknown parameters are ignored, as are addresses and ports that do not parse.
 */
import type { ByteString } from '../line/bytes.ts';
import { escapeTab, joinTabs, splitTabs } from '../line/escape.ts';
import { parsePort } from '../line/number.ts';
import { rememberLast } from '../line/remember-last.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

/** `real*` is the TCP peer itself, the others what a trusted proxy said; 0 and undefined mean unknown. */
export type RequestInfo = {
  /** `service=` of 2.3 and `protocol=` of 2.4: `imap`, `pop3`, `lmtp`, `doveadm`, ... Undefined if neither came. */
  service: ByteString | undefined;
  session: ByteString | undefined;
  lip: IpAddress | undefined;
  rip: IpAddress | undefined;
  lport: number;
  rport: number;
  realLip: IpAddress | undefined;
  realRip: IpAddress | undefined;
  realLport: number;
  realRport: number;
  localName: ByteString | undefined;
  clientId: ByteString | undefined;
  /** `key` or `key=value`, without the `forward_` that their fields get. */
  forwardFields: readonly ByteString[];
  debug: boolean;
  /** `secured`: localhost, a trusted network or TLS. */
  secured: 'no' | 'secured' | 'tls';
  /** The client can take the last SASL server message inside OK. */
  finalRespOk: boolean;
  noPenalty: boolean;
  validClientCert: boolean;
  certUsername: ByteString;
  /** `host:port` to which a backend referred the client (2.4, `proxy_redirect_reauth`), and the user's name there. */
  redirectHostNext: ByteString | undefined;
  destuser: ByteString | undefined;
};

export const createRequestInfo = (): RequestInfo => ({
  service: undefined,
  session: undefined,
  lip: undefined,
  rip: undefined,
  lport: 0,
  rport: 0,
  realLip: undefined,
  realRip: undefined,
  realLport: 0,
  realRport: 0,
  localName: undefined,
  clientId: undefined,
  forwardFields: [],
  debug: false,
  secured: 'no',
  finalRespOk: false,
  noPenalty: false,
  validClientCert: false,
  certUsername: '',
  redirectHostNext: undefined,
  destuser: undefined,
});

/** Reads a whole parameter list as it stands on the wire: escaped, separated by TABs. */
export const parseRequestInfo = (params: ByteString): RequestInfo => {
  const info = createRequestInfo();
  for (const param of splitTabs(params)) importRequestInfo(info, param);
  return info;
};

/**
 * Where the parameters stand that nearly every login is asked for. `parseRequestInfo()` reads all of them, and is needed
 * for few logins.
 */
export type ParamPlaces = {
  /** By a `service` or `protocol` with a value. */
  hasService: boolean;
  hasForwardFields: boolean;
  /** Where the value of the last one begins in the list; -1 if there is none. */
  lip: number;
  lport: number;
};

/** Whether the service is named, for those who treat all alike. */
export const namesService = (params: ByteString, { hasService }: ParamPlaces): boolean =>
  hasService || parseRequestInfo(params).service !== undefined;

/** The service alone, without reading the rest where it stands first, as all known clients send it. */
export const serviceOf = (params: ByteString): ByteString | undefined => {
  const key = simpleKey(params);
  const isSimple =
    key !== undefined && !params.includes('\tservice') && !params.includes('\tprotocol') && !params.includes('\x01');
  return isSimple ? valueAt(params, key.length) : parseRequestInfo(params).service;
};

const simpleKey = (params: ByteString): string | undefined => {
  if (params.startsWith('service=')) return 'service=';
  return params.startsWith('protocol=') ? 'protocol=' : undefined;
};

export type LocalEnd = Pick<RequestInfo, 'lip' | 'lport'>;

/**
 * Reads the address and port that clients came to, mostly those that the one before came to, and the rest only where
 * something is not as it should be.
 */
export const createLocalEndReader = (): ((params: ByteString, places: ParamPlaces) => LocalEnd) => {
  const lipOf = rememberLast(ipAddress);
  const lportOf = rememberLast((text: ByteString) => parsePort(text));
  return (params, { lip: lipStart, lport: lportStart }) => {
    const lip = lipStart === -1 ? undefined : lipOf(valueAt(params, lipStart));
    const lport = lportStart === -1 ? 0 : lportOf(valueAt(params, lportStart));
    const isRead = lport !== undefined && (lip !== undefined || lipStart === -1) && !params.includes('\x01');
    return isRead ? { lip, lport } : parseRequestInfo(params);
  };
};

const valueAt = (params: ByteString, start: number): ByteString => {
  const end = params.indexOf('\t', start);
  return params.slice(start, end === -1 ? params.length : end);
};

/** What `parseRequestInfo()` reads. */
export const encodeRequestInfo = (info: RequestInfo): ByteString => joinTabs(requestInfoParams(info));

/** Takes one parameter, unescaped. The first address seen is the real one until `real_*` says otherwise. */
export const importRequestInfo = (info: RequestInfo, param: ByteString): void => {
  const eq = param.indexOf('=');
  const key = eq === -1 ? param : param.slice(0, eq);
  const value = eq === -1 ? '' : param.slice(eq + 1);
  switch (key) {
    case 'service':
    case 'protocol':
      info.service = value;
      break;
    case 'session':
      info.session = value;
      break;
    case 'lip':
      info.lip = ipAddress(value) ?? info.lip;
      info.realLip ??= info.lip;
      break;
    case 'rip':
      info.rip = ipAddress(value) ?? info.rip;
      info.realRip ??= info.rip;
      break;
    case 'lport':
      info.lport = parsePort(value) ?? info.lport;
      if (info.realLport === 0) info.realLport = info.lport;
      break;
    case 'rport':
      info.rport = parsePort(value) ?? info.rport;
      if (info.realRport === 0) info.realRport = info.rport;
      break;
    case 'secured':
      info.secured = value === 'tls' ? 'tls' : 'secured';
      break;
    case 'final-resp-ok':
      info.finalRespOk = true;
      break;
    case 'no-penalty':
      info.noPenalty = true;
      break;
    default:
      importRare(info, key, value);
  }
};

const DOTTED_QUAD = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Almost every address on this path is a dotted quad, which is its own canonical form. */
const ipAddress = (text: ByteString): IpAddress | undefined =>
  DOTTED_QUAD.test(text) ? (text as IpAddress) : parseIpAddress(text);

const importRare = (info: RequestInfo, key: ByteString, value: ByteString): void => {
  switch (key) {
    case 'real_lip':
      info.realLip = ipAddress(value) ?? info.realLip;
      break;
    case 'real_rip':
      info.realRip = ipAddress(value) ?? info.realRip;
      break;
    case 'real_lport':
      info.realLport = parsePort(value) ?? info.realLport;
      break;
    case 'real_rport':
      info.realRport = parsePort(value) ?? info.realRport;
      break;
    case 'local_name':
      info.localName = value;
      break;
    case 'client_id':
      info.clientId = value;
      break;
    case 'forward_fields':
      info.forwardFields = splitTabs(value);
      break;
    case 'debug':
      info.debug = true;
      break;
    case 'valid-client-cert':
      info.validClientCert = true;
      break;
    case 'cert_username':
      info.certUsername = value;
      break;
    case 'proxy_redirect_host_next':
      info.redirectHostNext = value;
      break;
    case 'destuser':
      info.destuser = value;
      break;
  }
};

/** The parameters in the order Dovecot's own clients send them, unescaped. `service` is the 2.3 key. */
export const requestInfoParams = (info: RequestInfo): ByteString[] => {
  const params: ByteString[] = [];
  const flag = (key: string, on: boolean): void => void (on && params.push(key));
  const text = (key: string, value: ByteString | undefined): void =>
    void (value !== undefined && params.push(`${key}=${value}`));
  const port = (key: string, value: number): void => void (value !== 0 && params.push(`${key}=${value}`));
  text('service', info.service);
  flag('final-resp-ok', info.finalRespOk);
  if (info.secured !== 'no') params.push(info.secured === 'tls' ? 'secured=tls' : 'secured');
  flag('no-penalty', info.noPenalty);
  flag('valid-client-cert', info.validClientCert);
  flag('debug', info.debug);
  text('session', info.session);
  text('cert_username', info.certUsername === '' ? undefined : info.certUsername);
  text('lip', info.lip);
  text('rip', info.rip);
  port('lport', info.lport);
  port('rport', info.rport);
  text('real_lip', info.realLip === info.lip ? undefined : info.realLip);
  text('real_rip', info.realRip === info.rip ? undefined : info.realRip);
  port('real_lport', info.realLport === info.lport ? 0 : info.realLport);
  port('real_rport', info.realRport === info.rport ? 0 : info.realRport);
  text('local_name', info.localName);
  text('client_id', info.clientId);
  if (info.forwardFields.length > 0) params.push(`forward_fields=${info.forwardFields.map(escapeTab).join('\t')}`);
  text('proxy_redirect_host_next', info.redirectHostNext);
  text('destuser', info.destuser);
  return params;
};
