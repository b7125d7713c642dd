/**
 * `driver = static`: every user has these fields. Without `allow_all_users=yes` a lookup outside a login first asks the
 * passdbs whether the user exists (`asksPassdb`; auth.md 8.1).
 */
import { asciiLower } from '@homing/wire';
import { type DriverDeps, DriverError } from '../passdb/driver-deps.ts';
import { expandFields, type FieldTemplate, fieldTemplate, splitWords } from '../passdb/field-template.ts';
import type { Userdb } from '../passdb/passdb.ts';
import { asFailure } from '../passdb/template-failure.ts';
import { compileTemplate } from '../template.ts';
import { parseGid, parseUid } from './system-id.ts';

type Ids = Pick<DriverDeps, 'uidOf' | 'gidOf'>;

export const createStaticUserdb = (args: string, ids: Ids): Userdb => {
  const templates = splitWords(args).map(fieldTemplate);
  if (templates.some(({ key }) => key === '')) {
    throw new DriverError(`Invalid userdb template ${args} - key must not be empty`);
  }
  const allUsers = templates.find(({ key }) => key === 'allow_all_users');
  const fields = templates.filter((template) => template !== allUsers).map((template) => numericIds(template, ids));
  const isBare = !splitWords(args).some((word) => word.startsWith('allow_all_users='));
  return {
    driver: 'static',
    asksPassdb: allUsers === undefined || !(isBare || asciiLower(allUsers.text) === 'yes'),
    lookup(variables) {
      try {
        return { result: 'found', fields: expandFields(fields, variables) };
      } catch (error) {
        return asFailure('Failed to expand template', error);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
};

/** `uid` and `gid` are numbers or names known now; a template is not possible there. */
const numericIds = (template: FieldTemplate, ids: Ids): FieldTemplate => {
  const kind = asciiLower(template.key);
  if (kind !== 'uid' && kind !== 'gid') return template;
  const id = kind === 'uid' ? parseUid(template.text, ids) : parseGid(template.text, ids);
  if (id === undefined) throw new DriverError(`static userdb: Invalid ${kind}: ${template.text}`);
  return { ...template, text: String(id), value: compileTemplate(String(id)) };
};
