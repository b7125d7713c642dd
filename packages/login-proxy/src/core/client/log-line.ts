/**
 * `login_log_format` and its elements around a message (client_get_log_str()): elements whose variables are all empty
 * go, except those with %u or %n.
 *
 *     Disconnected: Inactivity (no auth attempts in 180 secs): user=<>, rip=127.0.0.1, lip=127.0.0.1, session=<...>
 */
import type { ByteString } from '@homing/wire';
import type { Env } from './event.ts';
import { expandVariables, type Lookup } from './expand.ts';
import { assertNever } from './never.ts';
import { sanitize } from './sanitize.ts';
import { createSessionId } from './session-id.ts';
import type { ClientState } from './state.ts';

/** A trusted hop's, or one of our own that is the same whenever it is asked for. */
export const sessionOf = ({ session, connectedAt, real }: ClientState): string =>
  session ?? createSessionId(connectedAt, real.rip, real.rport);

/** `%c` */
const securityWord = (state: ClientState): string => {
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

const userPart = (user: ByteString): ByteString => user.split('@', 1)[0] ?? '';
const domainPart = (user: ByteString): ByteString => (user.includes('@') ? user.slice(user.indexOf('@') + 1) : '');

type Names = { user: ByteString; username: ByteString; domain: ByteString };

const names = (user: ByteString | undefined): Names => {
  const all = user ?? '';
  return { user: sanitize(all, 80), username: sanitize(userPart(all), 80), domain: sanitize(domainPart(all), 80) };
};

const variables = (state: ClientState, env: Env): ReadonlyMap<string, ByteString> => {
  const { endpoints, real, name } = state;
  const user = names(name.user);
  const original = name.originalUser === undefined ? user : names(name.originalUser);
  const auth = name.authUser === undefined ? original : names(name.authUser);
  return new Map<string, ByteString>([
    ...both('u', ['user'], user.user),
    ...both('n', ['username'], user.username),
    ...both('d', ['domain'], user.domain),
    ...both('s', ['service'], env.protocol),
    ...both('h', ['home'], ''),
    ...both('l', ['lip', 'local_ip'], endpoints.lip),
    ...both('r', ['rip', 'remote_ip'], endpoints.rip),
    ...both('p', ['pid'], `${env.pid}`),
    ...both('m', ['mech', 'mechanism'], sanitize(state.mechanism ?? '', 64)),
    ...both('a', ['lport', 'local_port'], `${endpoints.lport}`),
    ...both('b', ['rport', 'remote_port'], `${endpoints.rport}`),
    ...both('c', ['secured'], securityWord(state)),
    ...both('k', ['ssl_security'], state.tls.tls === 'on' ? state.tls.facts.security : ''),
    ...both('e', ['mail_pid'], ''),
    ['session', sessionOf(state)],
    ...both('real_lip', ['real_local_ip'], real.lip),
    ...both('real_rip', ['real_remote_ip'], real.rip),
    ...both('real_lport', ['real_local_port'], `${real.lport}`),
    ...both('real_rport', ['real_remote_port'], `${real.rport}`),
    ...both('orig_user', ['original_user'], original.user),
    ...both('orig_username', ['original_username'], original.username),
    ...both('orig_domain', ['original_domain'], original.domain),
    ['auth_user', auth.user],
    ['auth_username', auth.username],
    ['auth_domain', auth.domain],
    ['listener', env.listener],
    ['local_name', sanitize(state.localName ?? '', 256)],
  ]);
};

const both = (name: string, aliases: readonly string[], value: ByteString): [string, ByteString][] =>
  [name, ...aliases].map((each) => [each, value]);

/** Elements that stay without a value. The long names do not count (have_username_key()). */
const KEEPS_EMPTY = /%[LUHNXRMDET]*[un]/;

const PASSDB = /^passdb:/;

export const formatLogLine = (state: ClientState, env: Env, message: ByteString): ByteString => {
  const values = variables(state, env);
  const lookup: Lookup = (name) =>
    PASSDB.test(name) ? sanitize(state.passdbFields.get(name.slice('passdb:'.length)) ?? '', 256) : values.get(name);
  const empty: Lookup = (name) => (PASSDB.test(name) || values.has(name) ? '' : undefined);
  const elements: ByteString[] = [];
  for (const element of env.settings.login_log_format_elements.split(' ')) {
    const text = expandVariables(element, lookup);
    if (KEEPS_EMPTY.test(element) || text !== expandVariables(element, empty)) elements.push(text);
  }
  return expandVariables(env.settings.login_log_format, (name) =>
    name === 's' ? elements.join(', ') : name === '$' ? message : undefined,
  );
};

/** `login_greeting`, whose variables are those known at accept. */
export const expandGreeting = (state: ClientState, env: Env): ByteString => {
  const { lip, rip } = state.endpoints;
  const values: Readonly<Record<string, ByteString>> = {
    l: lip,
    lip,
    local_ip: lip,
    r: rip,
    rip,
    remote_ip: rip,
    p: `${env.pid}`,
    pid: `${env.pid}`,
    s: env.protocol,
    service: env.protocol,
    local_name: state.localName ?? '',
  };
  return expandVariables(env.settings.login_greeting, (name) => values[name]);
};
