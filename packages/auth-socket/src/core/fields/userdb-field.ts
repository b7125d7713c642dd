/** One field of a userdb reply (auth_request_set_userdb_field(); auth.md 9.3). */

import { TemplateError } from '@homing/config';
import { type ByteString, parseUint32 } from '@homing/wire';
import type { AuthRequest } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logRequestError } from '../request/request-log.ts';
import { requestVariables } from '../request/variables.ts';
import { compileTemplate } from '../template.ts';
import { createFields, type Fields, hasField, isFieldKey, removeField, setField } from './fields.ts';
import { importList } from './import-list.ts';
import { renameUser } from './rename-user.ts';

/** Makes the reply if there is none yet, beginning with the userdb's `default_fields`. */
export const initUserdbFields = (request: AuthRequest, env: AuthEnv): Fields => {
  if (request.userdbFields !== undefined) return request.userdbFields;
  request.userdbFields = createFields();
  const templates = request.userdb?.defaultFields ?? [];
  try {
    const variables = requestVariables(request);
    for (const { key, value } of templates) applyUserdbField(request, key, value(variables), env);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    logRequestError(env.log, request, 'db', `Failed to expand default_fields: ${error.message}`);
  }
  return request.userdbFields;
};

export const applyUserdbField = (request: AuthRequest, given: ByteString, value: ByteString, env: AuthEnv): void => {
  const fields = initUserdbFields(request, env);
  let key = given;
  if (key.endsWith(':protected')) {
    key = key.slice(0, -':protected'.length);
    if (hasField(fields, key)) return;
  } else if (key.endsWith(':remove')) {
    removeField(fields, key.slice(0, -':remove'.length));
    return;
  }
  if (!isFieldKey(key)) {
    logRequestError(env.log, request, 'db', 'Ignoring a field whose name is not valid');
    return;
  }
  switch (key) {
    case 'uid': {
      setId(request, fields, key, value, env.uidOf, env);
      return;
    }
    case 'gid': {
      setId(request, fields, key, value, env.gidOf, env);
      return;
    }
    case 'tempfail':
      request.userdbTempfail = true;
      return;
    case 'user':
    case 'username':
    case 'domain': {
      renameUser(request, key, value, env);
      return;
    }
    case 'uidgid_file': {
      setOwner(request, fields, value, env);
      return;
    }
    case 'userdb_import': {
      importList(value, (name, text) => applyUserdbField(request, name, text, env));
      return;
    }
    case 'system_user': {
      setField(fields, 'system_groups_user', value);
      return;
    }
    default:
      setField(fields, key, value);
  }
};

const setId = (
  request: AuthRequest,
  fields: Fields,
  key: 'uid' | 'gid',
  value: ByteString,
  numberOf: (name: string) => number | undefined,
  { log }: AuthEnv,
): void => {
  const id = parseUint32(value) ?? numberOf(value);
  if (id === undefined) {
    request.userdbTempfail = true;
    logRequestError(log, request, 'db', `Invalid ${key === 'uid' ? 'UID' : 'GID'} value '${value}'`);
  } else setField(fields, key, String(id));
};

/** `uidgid_file=<path template>`: the numbers of that file's owner. */
const setOwner = (request: AuthRequest, fields: Fields, template: ByteString, env: AuthEnv): void => {
  try {
    const path = compileTemplate(template)(requestVariables(request));
    const { uid, gid } = env.ownerOf(path);
    setField(fields, 'uid', String(uid));
    setField(fields, 'gid', String(gid));
  } catch (error) {
    request.userdbTempfail = true;
    const text = error instanceof Error ? error.message : String(error);
    logRequestError(env.log, request, 'db', `Failed to use uidgid_file=${template}: ${text}`);
  }
};
