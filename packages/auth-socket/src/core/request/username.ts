/**
 * User names as settings want them (auth_request_fix_username(); auth.md 10.2): default realm, translation byte by byte,
 * allowed bytes, format. An error is a text for the log; the client learns nothing of it.
 */

import { TemplateError } from '@homing/config';
import { type ByteString, escapeTab } from '@homing/wire';
import type { Variables } from '../passdb/passdb.ts';
import type { AuthSettings } from '../settings.ts';
import { compileTemplate, type Template } from '../template.ts';
import type { AuthRequest } from './auth-request.ts';
import { requestVariables } from './variables.ts';

export type UsernameRules = {
  readonly defaultRealm: ByteString;
  /** For each of 256 bytes what it becomes. */
  readonly translation: Uint8Array | undefined;
  /** For each of 256 bytes 1 if it may stand in a name; undefined allows all. */
  readonly allowed: Uint8Array | undefined;
  readonly format: Template | undefined;
  readonly formatText: string;
  /** Formats so common that they need no template. */
  readonly shape: 'as-is' | 'lower' | 'template';
  readonly masterSeparator: string;
  /** Names that none of these rules refuses or changes, as most are; undefined where that takes more than a look. */
  readonly unchanged: RegExp | undefined;
};

export const usernameRules = (settings: AuthSettings): UsernameRules => {
  const rules = {
    defaultRealm: settings.auth_default_realm,
    translation: translationMap(settings.auth_username_translation),
    allowed: allowedMap(settings.auth_username_chars),
    format: settings.auth_username_format === '' ? undefined : compileTemplate(settings.auth_username_format),
    formatText: settings.auth_username_format,
    shape: shapeOf(settings.auth_username_format),
    masterSeparator: settings.auth_master_user_separator.slice(0, 1),
  } as const;
  return { ...rules, unchanged: unchangedNames(rules) };
};

const unchangedNames = (rules: Omit<UsernameRules, 'unchanged'>): RegExp | undefined => {
  if (rules.defaultRealm !== '' || rules.shape === 'template') return undefined;
  const isKept = (byte: number): boolean =>
    (rules.allowed === undefined || rules.allowed[byte] === 1) &&
    (rules.translation === undefined || rules.translation[byte] === byte) &&
    (rules.shape === 'as-is' || byte < 0x41 || byte > 0x5a);
  const kept = Array.from({ length: 256 }, (_, byte) => byte).filter(isKept);
  const escapes = kept.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return new RegExp(`^[${escapes.join('')}]+$`);
};

const shapeOf = (format: string): UsernameRules['shape'] =>
  format === '' || format === '%u' ? 'as-is' : format === '%Lu' ? 'lower' : 'template';

const translationMap = (pairs: string): Uint8Array | undefined => {
  if (pairs.length < 2) return undefined;
  const map = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  for (let i = 0; i + 1 < pairs.length; i += 2) map[pairs.charCodeAt(i)] = pairs.charCodeAt(i + 1);
  return map;
};

const allowedMap = (chars: string): Uint8Array | undefined => {
  if (chars === '') return undefined;
  const map = new Uint8Array(256);
  for (let i = 0; i < chars.length; i++) map[chars.charCodeAt(i)] = 1;
  return map;
};

/** The name the mechanism or a lookup gave. Returns the error, or undefined when `request.user` is set. */
export const setUsername = (request: AuthRequest, given: ByteString): string | undefined => {
  const separator = request.auth.usernames.masterSeparator;
  let username = given;
  let loginUser: ByteString | undefined;
  if (separator !== '' && request.lookup === 'passdb') {
    const at = given.indexOf(separator);
    if (at !== -1) {
      loginUser = given.slice(0, at);
      username = given.slice(at + 1);
    }
  }
  request.originalUser ??= username;
  if (request.hasCertUser) username = request.user ?? username;
  const fixed = fixUsername(request, username);
  if (fixed.error !== undefined) {
    request.user = undefined;
    return fixed.error;
  }
  request.user = fixed.user;
  request.translatedUser ??= fixed.user;
  return loginUser === undefined ? undefined : setLoginUser(request, loginUser);
};

/** Asks for a master login as `given`. Returns the error, or undefined. */
export const setLoginUser = (request: AuthRequest, given: ByteString): string | undefined => {
  if (given === '') return 'Master user login attempted to use empty login username';
  if (given === request.user) return undefined;
  if (request.auth.masterdbs === undefined) return 'Master user login attempted without master passdbs';
  request.passdb = request.auth.masterdbs;
  const fixed = fixUsername(request, given);
  request.loginUser = fixed.error === undefined ? fixed.user : undefined;
  return fixed.error;
};

type Fixed = { user: ByteString; error?: undefined } | { error: string };

const fixUsername = (request: AuthRequest, given: ByteString): Fixed => {
  const rules = request.auth.usernames;
  if (rules.unchanged?.test(given) === true) return { user: given };
  let user = given;
  if (rules.defaultRealm !== '' && !given.includes('@')) user = `${given}@${rules.defaultRealm}`;
  if (rules.translation !== undefined) user = translate(user, rules.translation);
  const { allowed } = rules;
  if (allowed !== undefined) {
    for (let i = 0; i < user.length; i++) {
      const byte = user.charCodeAt(i);
      if (allowed[byte] !== 1) return { error: disallowed(byte, given) };
    }
  }
  if (rules.shape === 'lower') user = asciiLowered(user);
  else if (rules.shape === 'template' && rules.format !== undefined) {
    try {
      user = rules.format(withUser(requestVariables(request), user));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { error: `Failed to expand username_format=${rules.formatText}: ${error.message}` };
    }
  }
  return user === '' ? { error: 'Empty username' } : { user };
};

const asciiLowered = (user: ByteString): ByteString =>
  /[A-Z]/.test(user) ? user.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : user;

const translate = (user: ByteString, map: Uint8Array): ByteString => {
  let out = '';
  for (let i = 0; i < user.length; i++) out += String.fromCharCode(map[user.charCodeAt(i)] ?? 0);
  return out;
};

const disallowed = (byte: number, given: ByteString): string => {
  const hex = byte.toString(16).padStart(2, '0');
  return `Username character disallowed by auth_username_chars: 0x${hex} (username: ${escapeTab(given).slice(0, 128)})`;
};

/** `%u`, `%n` and `%d` of the format are those of the name being made, all else is the request's. */
const withUser = (variables: Variables, user: ByteString): Variables => {
  const at = user.indexOf('@');
  return (name) => {
    if (name === 'user') return user;
    if (name === 'username') return at === -1 ? user : user.slice(0, at);
    if (name === 'domain') return at === -1 ? '' : user.slice(at + 1);
    return variables(name);
  };
};
