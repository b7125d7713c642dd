/**
 * What a trusted hop says about its client: IMAP ID parameters and POP3 XCLIENT. Values that do not parse change
 * nothing; what could break out of a field of the auth protocol is refused.
 */
import { asciiLower, type ByteString, parseIpAddress, parsePort, parseUint32 } from '@homing/wire';
import { hopTransport, isHopName } from './hop.ts';
import type { ClientState } from './state.ts';

const SESSION_ID_MAX_LEN = 64;

/** A key with its value, in lower case; undefined: the value does not parse. */
export const withForwarded = (state: ClientState, key: ByteString, value: ByteString): ClientState | undefined => {
  const { endpoints } = state;
  switch (key) {
    case 'rip':
    case 'lip': {
      const ip = parseIpAddress(value);
      return ip === undefined ? undefined : { ...state, endpoints: { ...endpoints, [key]: ip } };
    }
    case 'rport':
    case 'lport': {
      const port = parsePort(value);
      return port === undefined ? undefined : { ...state, endpoints: { ...endpoints, [key]: port } };
    }
    case 'session':
      return value.length > SESSION_ID_MAX_LEN || /[\x00-\x20"\x7f]/.test(value) ? state : { ...state, session: value };
    case 'ttl': {
      const ttl = parseUint32(value);
      return ttl === undefined ? undefined : { ...state, ttl };
    }
    case 'name':
      if (!isHopName(value)) return undefined;
      return { ...state, localName: value, hop: { ...state.hop, name: value } };
    case 'transport':
      return { ...state, hop: { ...state.hop, transport: hopTransport(value) } };
    default:
      return state;
  }
};

/** NUL, CR and LF in a field, or no key: dropped. */
export const withForwardField = (state: ClientState, field: ByteString): ClientState => {
  const eq = field.indexOf('=');
  const key = eq === -1 ? field : field.slice(0, eq);
  if (key === '' || /[\x00-\x1f\x7f]/.test(key) || /[\0\r\n]/.test(field)) return state;
  return { ...state, forwardFields: [...state.forwardFields, field] };
};

/** IMAP ID key -> what it sets. */
export const ID_KEYS: Readonly<Record<string, string>> = {
  'x-originating-ip': 'rip',
  'x-originating-port': 'rport',
  'x-connected-ip': 'lip',
  'x-connected-port': 'lport',
  'x-proxy-ttl': 'ttl',
  'x-session-id': 'session',
  'x-session-ext-id': 'session',
  'x-connected-name': 'name',
  'x-client-transport': 'transport',
  /** Nothing: what we send to clients is never framed. */
  'x-multiplex': '',
};

export const ID_FORWARD_PREFIX = 'x-forward-';

/** A key that only hops use; clients' values for it are neither kept nor passed on. */
export const isReservedIdKey = (key: ByteString): boolean => {
  const lower = asciiLower(key);
  return ID_KEYS[lower] !== undefined || lower.startsWith(ID_FORWARD_PREFIX);
};
