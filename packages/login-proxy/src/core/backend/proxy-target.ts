/**
 * Reads the fields of an auth OK into where and how to log in (client-common-auth.c: client_auth_parse_args,
 * proxy_check_start). The log texts are Dovecot's. Unknown fields are ignored.
 */
import { type ByteString, type IpAddress, parseIpAddress, parsePort, parseUint32 } from '@homing/wire';
import type { ClientContext } from '../proxy-login.ts';
import { parseInterval } from './interval.ts';
import { findSaslMechanism, type SaslMechanism } from './sasl-client.ts';

/** `forward_KEY` of the OK, for the next hop; without value if there was none. */
export type ForwardField = { readonly key: ByteString; readonly value: ByteString | undefined };

export type ProxyTarget = {
  /** As the reply names it: for SNI, the certificate and `proxy kick -h`. */
  readonly host: string;
  readonly ip: IpAddress;
  readonly port: number;
  readonly sourceIp: IpAddress | undefined;
  readonly destuser: ByteString;
  readonly password: ByteString;
  readonly masterUser: ByteString | undefined;
  readonly mechanism: SaslMechanism | undefined;
  /** Undefined: `login_proxy_timeout`. */
  readonly timeoutMs: number | undefined;
  readonly refreshSeconds: number;
  readonly immediateFailureAfterMs: number;
  readonly pipelining: boolean;
  readonly isTrusted: boolean;
  readonly tls: 'none' | 'immediate' | 'starttls';
  readonly anyCert: boolean;
  /** A backend's redirect is not followed before the auth server has been asked. */
  readonly redirectReauth: boolean;
  readonly forward: readonly ForwardField[];
  readonly altUsernames: ReadonlyMap<ByteString, ByteString>;
};

/** `complaints` go to the log as errors, whether or not there is a target. */
export type TargetResult = { readonly complaints: readonly string[] } & (
  | { readonly target: ProxyTarget }
  | { readonly failure: string }
);

export const DEFAULT_PORT = { imap: 143, pop3: 110 } as const;
export const DEFAULT_TLS_PORT = { imap: 993, pop3: 995 } as const;
const IMMEDIATE_FAILURE_AFTER_MS = 30_000;

type Fields = ReadonlyMap<ByteString, ByteString>;
type Client = Pick<ClientContext, 'protocol' | 'user' | 'endpoints'>;

export const proxyTarget = (fields: Fields, client: Client): TargetResult => {
  const complaints: string[] = [];
  const numbers = numericFields(fields, client, complaints);
  const refuse = (failure: string): TargetResult => ({ complaints, failure });

  const password = fields.get('pass');
  if (password === undefined) return refuse('password not given');
  const host = fields.get('host') ?? '';
  if (host === '') return refuse('host not given');
  const hostip = fields.get('hostip') ?? '';
  const ip = parseIpAddress(hostip === '' ? host : hostip);
  if (ip === undefined) {
    const text = hostip === '' ? `BUG: host ${host} is not an IP (auth should have changed it)` : '';
    return refuse(text || `Invalid hostip ${hostip}`);
  }
  const mechanism = saslMechanism(fields);
  if (mechanism !== undefined && 'unsupported' in mechanism) {
    return refuse(`Unsupported SASL mechanism ${mechanism.unsupported}`);
  }
  const destuser = fields.get('destuser') ?? client.user;
  if (isOurself(host, numbers.port, destuser, client)) return refuse('Proxying loops to itself');
  if (/[\0\r\n]/.test(destuser + password)) return refuse('User name or password contains CR, LF or NUL');
  const target: ProxyTarget = {
    ...numbers,
    ...tlsFields(fields),
    host,
    ip,
    destuser,
    password,
    sourceIp: parseIpAddress(fields.get('source_ip') ?? ''),
    masterUser: fields.get('master') || undefined,
    mechanism: mechanism?.name,
    pipelining: !fields.has('proxy_nopipelining'),
    isTrusted: !fields.has('proxy_not_trusted'),
    redirectReauth: fields.has('proxy_redirect_reauth'),
    forward: forwardFields(fields),
    altUsernames: new Map([...fields].filter(([key]) => key.startsWith('user_'))),
  };
  return { complaints, target };
};

/** Only the name counts as the one we know ourselves by, and another user may well be sent to us (login-proxy.c). */
export const isOurself = (host: string, port: number, destuser: ByteString, { endpoints, user }: Client): boolean => {
  const ip = parseIpAddress(host);
  return ip !== undefined && port === endpoints.lport && ip === parseIpAddress(endpoints.lip) && destuser === user;
};

/** A master user can log in with SASL only, so PLAIN it is if nothing else is asked for. */
const saslMechanism = (fields: Fields): { name: SaslMechanism } | { unsupported: string } | undefined => {
  const asked = fields.get('proxy_mech');
  if (asked === undefined) return fields.get('master') ? { name: 'PLAIN' } : undefined;
  const name = findSaslMechanism(asked);
  return name === undefined ? { unsupported: asked } : { name };
};

const tlsFields = (fields: Fields): Pick<ProxyTarget, 'tls' | 'anyCert'> => ({
  tls: fields.has('starttls') ? 'starttls' : fields.has('ssl') ? 'immediate' : 'none',
  anyCert: fields.get('ssl') === 'any-cert' || fields.get('starttls') === 'any-cert',
});

type Numbers = Pick<ProxyTarget, 'port' | 'timeoutMs' | 'refreshSeconds' | 'immediateFailureAfterMs'>;

/** An explicit port wins over the one `ssl` implies, wherever it stands (Dovecot 2.4; in 2.3 their order matters). */
const numericFields = (fields: Fields, { protocol }: Client, complaints: string[]): Numbers => {
  const read = <T>(name: string, parse: (value: string) => T | undefined, complaint: string): T | undefined => {
    const value = fields.get(name);
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) complaints.push(`${complaint}${value}`);
    return parsed;
  };
  const bug = (name: string): string => `BUG: Auth service returned invalid ${name} value: `;
  const port = read('port', parsePort, 'Auth service returned invalid port number: ');
  const defaultPort = fields.has('ssl') ? DEFAULT_TLS_PORT : DEFAULT_PORT;
  const seconds = (value: string): number | undefined => {
    const plain = parseUint32(value);
    return plain === undefined ? parseInterval(value) : plain * 1000;
  };
  const after = 'proxy_host_immediate_failure_after';
  return {
    port: port ?? defaultPort[protocol],
    timeoutMs: read('proxy_timeout', seconds, bug('proxy_timeout')) || undefined,
    refreshSeconds: read('proxy_refresh', parseUint32, bug('proxy_refresh')) ?? 0,
    immediateFailureAfterMs: read(after, parseInterval, bug(after)) ?? IMMEDIATE_FAILURE_AFTER_MS,
  };
};

const FORWARD = 'forward_';

/** The prefix counts in any case; the key stays as auth wrote it. */
export const forwardFields = (fields: Fields): ForwardField[] =>
  [...fields]
    .filter(([key]) => key.slice(0, FORWARD.length).toLowerCase() === FORWARD)
    .map(([key, value]) => ({ key: key.slice(FORWARD.length), value: value === '' ? undefined : value }));
