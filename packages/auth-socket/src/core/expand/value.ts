/** Finds the value behind a letter or a long name, functions (`passdb:`, hashes, `if`) included. */
import type { ByteString } from '@homing/wire';
import type { Variables } from '../passdb/passdb.ts';
import { chooseBranch } from './condition.ts';
import { digestVariable, isDigest } from './digest.ts';
import type { Escape } from './expand.ts';
import { TemplateError } from './template-error.ts';

const LONG_NAME: Readonly<Record<string, string>> = {
  u: 'user',
  n: 'username',
  d: 'domain',
  s: 'service',
  h: 'home',
  l: 'lip',
  r: 'rip',
  a: 'lport',
  b: 'rport',
  p: 'pid',
  w: 'password',
  m: 'mech',
  c: 'secured',
  k: 'cert',
  '!': '!',
};

/** The second names of 2.3; `Variables` knows only the first ones. */
const ALIAS: Readonly<Record<string, string>> = {
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

export const shortValue = (key: string, variables: Variables, quote: Escape): ByteString => {
  if (key === '%') return '%';
  const name = LONG_NAME[key];
  const value = name === undefined ? undefined : variables(name);
  if (value === undefined) throw new TemplateError(`Unknown variable '%${key}'`);
  return quote(value);
};

export const longValue = (
  key: string,
  variables: Variables,
  quote: Escape,
  expandInner: (text: string) => ByteString,
): ByteString => {
  const colon = key.indexOf(':');
  if (colon === -1 && !key.includes(';')) {
    const value = variables(ALIAS[key] ?? key);
    if (value === undefined) throw new TemplateError(`Unknown variable '%${key}'`);
    return quote(value);
  }
  const name = colon === -1 ? key : key.slice(0, colon);
  const data = colon === -1 ? '' : key.slice(colon + 1);
  if (name === 'if' || name.startsWith('if;')) return chooseBranch(key, expandInner);
  if (isDigest(name))
    return digestVariable(name, data, (inner) => longValue(inner, variables, quote, expandInner), expandInner);
  switch (name) {
    case 'env':
      return variables(key) ?? '';
    case 'passdb':
    case 'userdb':
      return quote(fieldOrDefault(name, data, variables));
    default:
      return other(key, name, variables, quote);
  }
};

/** `%{passdb:field:default}`: a field that is not set is empty, never an error. */
const fieldOrDefault = (db: string, data: string, variables: Variables): ByteString => {
  const colon = data.indexOf(':');
  const field = colon === -1 ? data : data.slice(0, colon);
  return variables(`${db}:${field}`) ?? (colon === -1 ? '' : data.slice(colon + 1));
};

const other = (key: string, name: string, variables: Variables, quote: Escape): ByteString => {
  const value = variables(key);
  if (value === undefined) throw new TemplateError(`Unknown variable '%${name}'`);
  return quote(value);
};
