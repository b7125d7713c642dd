/** What `%` variables stand for in a login process (client-common.c): of a client for log lines, of a connection for settings. */
import type { Variables } from '@homing/config';
import { assertNever, type ByteString } from '@homing/wire';
import type { Env } from './event.ts';
import { sanitize } from './sanitize.ts';
import type { ClientState } from './state.ts';

type Value = (state: ClientState, env: Env) => ByteString;
type Part = (user: ByteString) => ByteString;

const whole: Part = (user) => user;
const local: Part = (user) => user.split('@', 1)[0] ?? '';
const domain: Part = (user) => (user.includes('@') ? user.slice(user.indexOf('@') + 1) : '');

const user =
  (part: Part): Value =>
  ({ name }) =>
    sanitize(part(name.user ?? ''), 80);
const original =
  (part: Part): Value =>
  ({ name }) =>
    sanitize(part(name.originalUser ?? name.user ?? ''), 80);
const auth =
  (part: Part): Value =>
  ({ name }) =>
    sanitize(part(name.authUser ?? name.originalUser ?? name.user ?? ''), 80);

/** `%c` */
const securityWord: Value = (state) => {
  switch (state.tls.tls) {
    case 'off':
      return state.secured ? 'secured' : '';
    case 'handshaking':
      return state.tls.error === undefined ? 'TLS handshaking' : `TLS handshaking: ${state.tls.error}`;
    case 'on':
      return 'TLS';
    default:
      return assertNever(state.tls);
  }
};

const TABLE: readonly (readonly [readonly string[], Value])[] = [
  [['%u', 'user'], user(whole)],
  [['%n', 'username'], user(local)],
  [['%d', 'domain'], user(domain)],
  [['%s', 'service'], (_, env) => env.protocol],
  [['%h', 'home'], () => ''],
  [['%l', 'lip', 'local_ip'], ({ endpoints }) => endpoints.lip],
  [['%r', 'rip', 'remote_ip'], ({ endpoints }) => endpoints.rip],
  [['%p', 'pid'], (_, env) => `${env.pid}`],
  [['%m', 'mech', 'mechanism'], ({ mechanism }) => sanitize(mechanism ?? '', 64)],
  [['%a', 'lport', 'local_port'], ({ endpoints }) => `${endpoints.lport}`],
  [['%b', 'rport', 'remote_port'], ({ endpoints }) => `${endpoints.rport}`],
  [['%c', 'secured'], securityWord],
  [['%k', 'ssl_security'], ({ tls }) => (tls.tls === 'on' ? tls.facts.security : '')],
  [['%e', 'mail_pid'], () => ''],
  [['session'], ({ session }) => session],
  [['real_lip', 'real_local_ip'], ({ real }) => real.lip],
  [['real_rip', 'real_remote_ip'], ({ real }) => real.rip],
  [['real_lport', 'real_local_port'], ({ real }) => `${real.lport}`],
  [['real_rport', 'real_remote_port'], ({ real }) => `${real.rport}`],
  [['orig_user', 'original_user'], original(whole)],
  [['orig_username', 'original_username'], original(local)],
  [['orig_domain', 'original_domain'], original(domain)],
  [['auth_user'], auth(whole)],
  [['auth_username'], auth(local)],
  [['auth_domain'], auth(domain)],
  [['listener'], (_, env) => env.listener],
  [['local_name'], ({ localName }) => sanitize(localName ?? '', 256)],
];

const VALUES: ReadonlyMap<string, Value> = new Map(
  TABLE.flatMap(([names, value]) => names.map((name) => [name, value] as const)),
);

const PASSDB = /^passdb(?:$|:)/;

/** Of the elements of `login_log_format_elements`. */
export const clientVariables =
  (state: ClientState, env: Env): Variables =>
  (name) => {
    const value = VALUES.get(name);
    if (value !== undefined) return value(state, env);
    if (PASSDB.test(name)) return sanitize(state.passdbFields.get(name.slice('passdb:'.length)) ?? '', 256);
    return env.host(name);
  };

/** The same names without a value; fields of a passdb are no variables then. */
export const emptyVariables =
  (host: Variables): Variables =>
  (name) =>
    VALUES.has(name) ? '' : host(name);

/** `emptyVariables` and the functions, to learn whether all names of a template exist. */
export const knownVariables =
  (host: Variables): Variables =>
  (name) =>
    VALUES.has(name) || PASSDB.test(name) ? '' : host(name);

/** What is known of a connection when it is accepted. */
export type ConnectionFacts = {
  readonly lip: string;
  readonly rip: string;
  readonly protocol: string;
  readonly pid: number;
  readonly localName: ByteString | undefined;
  readonly host: Variables;
};

/** Of settings that are expanded for each connection (login_set_var_expand_table()). */
export const connectionVariables =
  ({ lip, rip, protocol, pid, localName, host }: ConnectionFacts): Variables =>
  (name) => {
    switch (name) {
      case '%l':
      case 'lip':
      case 'local_ip':
        return lip;
      case '%r':
      case 'rip':
      case 'remote_ip':
        return rip;
      case '%p':
      case 'pid':
        return `${pid}`;
      case '%s':
      case 'service':
        return protocol;
      case 'local_name':
        return localName ?? '';
      default:
        return host(name);
    }
  };
