/**
 * Templates of passdbs, userdbs, queries and names. One that cannot be expanded throws `TemplateError`: that is a
 * temporary failure, because a database asked with a wrong key would answer for somebody else.
 */
import { type Escape, type Variables as Names, strictTemplate } from '@homing/config';
import { digests } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { Variables } from './passdb/passdb.ts';

/** `quote` defaults to none. Throws TemplateError. */
export type Template = (variables: Variables, quote?: Escape) => ByteString;

/** `\` before `"`, `'` and `\` (lib/strescape.c str_escape). */
export const escapeQuotes: Escape = (value) => (/["'\\]/.test(value) ? value.replace(/["'\\]/g, '\\$&') : value);

export const compileTemplate = (text: ByteString): Template => {
  // The two that a login meets: a fixed value, and the name itself.
  if (!text.includes('%')) return () => text;
  if (text === '%u') return nameItself;
  const template = strictTemplate(text, digests);
  return (variables, quote) => template(named(variables), quote);
};

const nameItself: Template = (variables, quote) => {
  const user = variables('user') ?? '';
  return quote === undefined ? user : quote(user);
};

const LETTERS: Readonly<Record<string, string>> = {
  '%u': 'user',
  '%n': 'username',
  '%d': 'domain',
  '%s': 'service',
  '%h': 'home',
  '%l': 'lip',
  '%r': 'rip',
  '%a': 'lport',
  '%b': 'rport',
  '%p': 'pid',
  '%w': 'password',
  '%m': 'mech',
  '%c': 'secured',
  '%k': 'cert',
  '%!': '!',
};

/** The second names of 2.3; `Variables` knows only the first ones. */
const ALIASES: Readonly<Record<string, string>> = {
  local_ip: 'lip',
  remote_ip: 'rip',
  local_port: 'lport',
  remote_port: 'rport',
  real_local_ip: 'real_lip',
  real_remote_ip: 'real_rip',
  real_local_port: 'real_lport',
  real_remote_port: 'real_rport',
  mechanism: 'mech',
  original_user: 'orig_user',
  original_username: 'orig_username',
  original_domain: 'orig_domain',
};

const named =
  (variables: Variables): Names =>
  (name) => {
    if (name.startsWith('%')) return LETTERS[name] === undefined ? undefined : variables(LETTERS[name]);
    if (/^(?:passdb|userdb)(?:$|:)/.test(name)) return fieldOrDefault(name, variables);
    return variables(ALIASES[name] ?? name);
  };

/** `passdb:field:default`: a field that is not set is empty, never an error. */
const fieldOrDefault = (name: string, variables: Variables): ByteString => {
  const [database = '', field = '', ...fallback] = name.split(':');
  return variables(`${database}:${field}`) ?? fallback.join(':');
};
