/**
 * One line of a passwd-file (auth.md 8.2):
 *
 *     user:password:uid:gid:gecos:home:shell:key=template key=template
 *
 * Trailing columns may be missing; the last one may hold colons. An empty eighth column is the old format, whose ninth
 * is the mail location.
 */
import type { ByteString } from '@homing/wire';
import type { DriverDeps } from '../passdb/driver-deps.ts';
import {
  compileFields,
  type FieldList,
  type FieldTemplate,
  fieldTemplate,
  splitWords,
} from '../passdb/field-template.ts';
import { parseGid, parseUid } from '../userdb/system-id.ts';

export type PasswdUser = {
  readonly password: ByteString;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly home: ByteString;
  readonly extra: Extra;
  /** False for `user` and `user:password` lines: there is no userdb entry. */
  readonly hasUserdb: boolean;
};

/** `asUserdb`: some userdb reads this file too, so uid and gid must be valid. Errors are texts for the log. */
export type LineContext = Pick<DriverDeps, 'uidOf' | 'gidOf'> & {
  readonly asUserdb: boolean;
  readonly warnMissingUserdb: boolean;
};

export type PasswdLine = { user: PasswdUser; warning?: string } | { error: string };

export const isIgnored = (line: ByteString): boolean => line === '' || line[0] === ':' || line[0] === '#';

/** The last column; users whose columns are the same share one. */
export type Extra = { readonly templates: readonly FieldTemplate[]; readonly fields: FieldList };

const parseExtra = (text: ByteString, known: Map<ByteString, Extra>): Extra => {
  const found = known.get(text);
  if (found !== undefined) return found;
  const templates = splitWords(text).map(fieldTemplate);
  const extra = { templates, fields: compileFields(templates) };
  known.set(text, extra);
  return extra;
};

/** `extras`: those of the lines before, by text. */
export const parsePasswdLine = (line: ByteString, context: LineContext, extras: Map<ByteString, Extra>): PasswdLine => {
  const [name = '', rawPassword, rawUid, rawGid, , home = '', , eighth, ...rest] = line.split(':');
  const password = pwdfileSuffix(rawPassword ?? '');
  if (password === undefined) return { error: `User ${name} has invalid password` };
  const hasUserdb = rawGid !== undefined;
  let uid: number | undefined;
  let gid: number | undefined;
  if (context.asUserdb && rawUid) {
    uid = parseUid(rawUid, context);
    if (uid === undefined || uid === 0) return { error: `User ${name} has invalid UID '${rawUid}'` };
  }
  if (context.asUserdb && rawGid) {
    gid = parseGid(rawGid, context);
    if (gid === undefined || gid === 0) return { error: `User ${name} has invalid GID '${rawGid}'` };
  }
  const extra = parseExtra(extraFields(eighth, rest, context.asUserdb), extras);
  const user: PasswdUser = { password, uid, gid, home: context.asUserdb ? home : '', extra, hasUserdb };
  if (hasUserdb || !context.asUserdb || !context.warnMissingUserdb) return { user };
  return { user, warning: `User ${name} is missing userdb info` };
};

/** libpam-pwdfile writes the hash's length after it: 13 DES, 34 MD5; 56 was Dovecot's own for Digest-MD5. */
const pwdfileSuffix = (password: ByteString): ByteString | undefined => {
  const { length } = password;
  const isPlainForm = length <= 4 || password[0] === '{' || password[0] === '$';
  if (isPlainForm || password[length - 1] !== ']' || password[length - 4] !== '[') return password;
  const hash = password.slice(0, -4);
  switch (password.slice(-3, -1)) {
    case '34':
      return `{PLAIN-MD5}${hash}`;
    case '56':
      return hash.length === 32 ? `{DIGEST-MD5}${hash}` : undefined;
    default:
      return `{CRYPT}${hash}`;
  }
};

const extraFields = (eighth: ByteString | undefined, rest: readonly ByteString[], asUserdb: boolean): ByteString => {
  if (eighth === undefined) return '';
  if (eighth !== '') return [eighth, ...rest].join(':');
  return asUserdb && rest[0] ? `userdb_mail=${rest.join(':')}` : '';
};
