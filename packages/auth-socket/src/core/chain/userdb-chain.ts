/**
 * Asks one userdb after another (auth_request_userdb_callback(); auth.md 7.4). Fields of all successful ones stay, with
 * those a passdb set in the same login.
 */
import { TemplateError } from '@homing/config';
import { keepFields, listFields, rollbackFields } from '../fields/fields.ts';
import { applyUserdbField, initUserdbFields } from '../fields/userdb-field.ts';
import type { FieldTemplate } from '../passdb/field-template.ts';
import type { UserdbLookup } from '../passdb/passdb.ts';
import type { AuthRequest, UserdbResult } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logPasswordFailure } from '../request/password-log.ts';
import { logRequestDebug, logRequestError } from '../request/request-log.ts';
import { requestVariables } from '../request/variables.ts';
import type { UserdbLink } from './auth.ts';
import { runPassdbChain } from './passdb-chain.ts';

/** Begins at `request.userdb`. `ok`: `request.userdbFields` is the reply. */
export const runUserdbChain = (request: AuthRequest, env: AuthEnv): UserdbResult | Promise<UserdbResult> => {
  const link = request.userdb;
  if (link === undefined) return 'internal-failure';
  request.lookup = 'userdb';
  const answer = askUserdb(request, link, env);
  return answer instanceof Promise
    ? answer.then((result) => settle(request, link, result, env))
    : settle(request, link, answer, env);
};

const askUserdb = (request: AuthRequest, link: UserdbLink, env: AuthEnv): UserdbResult | Promise<UserdbResult> => {
  if (request.userdbFields === undefined) initUserdbFields(request, env);
  else if (!exportFields(request, link.defaultFields, 'default_fields', env)) return 'internal-failure';
  logRequestDebug(env.log, request, 'db', 'Performing userdb lookup', 'auth_userdb_request_started', names(link));
  if (link.userdb.asksPassdb && !request.successful) {
    const known = userExists(request, env);
    if (known instanceof Promise)
      return known.then((result) => (result === 'ok' ? lookup(request, link, env) : result));
    if (known !== 'ok') return known;
  }
  return lookup(request, link, env);
};

/** `static` knows every user, so somebody who is not logging in must first be known to a passdb (auth.md 8.1). */
const userExists = (request: AuthRequest, env: AuthEnv): UserdbResult | Promise<UserdbResult> => {
  const userdb = request.userdb;
  request.lookup = 'passdb';
  const back = (result: string): UserdbResult => {
    request.lookup = 'userdb';
    request.userdb = userdb;
    if (result === 'ok') return 'ok';
    return result === 'user-unknown' || result === 'user-disabled' || result === 'pass-expired'
      ? 'user-unknown'
      : 'internal-failure';
  };
  if (request.passdb === undefined) {
    request.lookup = 'userdb';
    logRequestError(env.log, request, 'db', "passdb doesn't support lookups, can't verify user's existence");
    return 'internal-failure';
  }
  const result = runPassdbChain(request, 'lookup', env);
  return result instanceof Promise ? result.then(back) : back(result);
};

const lookup = (request: AuthRequest, link: UserdbLink, env: AuthEnv): UserdbResult | Promise<UserdbResult> => {
  const fields = request.userdbFields;
  const prefetched = request.prefetched && fields !== undefined ? listFields(fields) : undefined;
  const found = link.userdb.lookup(requestVariables(request), env.signal, prefetched);
  if (!(found instanceof Promise)) return judge(request, found, env);
  return found.then(
    (answer) => judge(request, answer, env),
    (error: unknown) => {
      const cause = error instanceof Error ? error : new Error(String(error));
      return judge(request, { result: 'internal-failure', cause }, env);
    },
  );
};

const judge = (request: AuthRequest, found: UserdbLookup, env: AuthEnv): UserdbResult => {
  switch (found.result) {
    case 'found':
      for (const { key, value } of found.fields) applyUserdbField(request, key, value, env);
      return 'ok';
    case 'user-unknown':
      if (found.reason === undefined) logPasswordFailure(env.log, request, 'unknown user');
      else logRequestDebug(env.log, request, 'db', found.reason);
      return 'user-unknown';
    case 'internal-failure':
      logRequestError(env.log, request, 'db', found.cause.message);
      return 'internal-failure';
  }
};

const settle = (
  request: AuthRequest,
  link: UserdbLink,
  result: UserdbResult,
  env: AuthEnv,
): UserdbResult | Promise<UserdbResult> => {
  const continues = applyRule(request, link, result);
  logRequestDebug(env.log, request, 'db', 'Finished userdb lookup', 'auth_userdb_request_finished', {
    ...names(link),
    result: result.replaceAll('-', '_'),
  });
  const next = nextUsable(request, link.next);
  const fields = initUserdbFields(request, env);
  if (continues && next !== undefined) {
    if (result === 'internal-failure') request.userdbSawInternalFailure = true;
    if (result === 'ok') {
      if (!exportFields(request, link.overrideFields, 'override_fields', env)) return 'internal-failure';
      keepFields(fields);
    } else rollbackFields(fields);
    request.userdb = next;
    return runUserdbChain(request, env);
  }
  if (request.userdbSuccess) {
    return exportFields(request, link.overrideFields, 'override_fields', env) ? 'ok' : 'internal-failure';
  }
  if (request.userdbSawInternalFailure || result === 'internal-failure') return 'internal-failure';
  if (request.clientPid !== 0) {
    // This was a login, so the user should have been found.
    if (request.auth.userdbs.next === undefined) logRequestError(env.log, request, 'db', 'user not found from userdb');
    else logRequestError(env.log, request, 'mech', 'user not found from any userdbs');
  }
  return 'user-unknown';
};

const nextUsable = (request: AuthRequest, from: UserdbLink | undefined): UserdbLink | undefined => {
  let link = from;
  while (link !== undefined && link.skip === (request.userdbSuccess ? 'found' : 'notfound')) link = link.next;
  return link;
};

/** True if the chain goes on. */
const applyRule = (request: AuthRequest, link: UserdbLink, result: UserdbResult): boolean => {
  const rule =
    result === 'ok' ? link.onSuccess : result === 'internal-failure' ? link.onInternalFailure : link.onFailure;
  if (rule === 'return-ok' || rule === 'continue-ok') request.userdbSuccess = true;
  else if (rule === 'return-fail' || rule === 'continue-fail') request.userdbSuccess = false;
  return rule.startsWith('continue');
};

const names = (link: UserdbLink): { userdb: string; userdb_id: string; userdb_name: string } => ({
  userdb: link.userdb.driver,
  userdb_id: String(link.id),
  userdb_name: link.name,
});

/** False if a template could not be expanded. */
const exportFields = (
  request: AuthRequest,
  templates: readonly FieldTemplate[],
  setting: string,
  env: AuthEnv,
): boolean => {
  try {
    const variables = requestVariables(request);
    for (const { key, value } of templates) applyUserdbField(request, key, value(variables), env);
    return true;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    logRequestError(env.log, request, 'db', `Failed to expand ${setting}: ${error.message}`);
    return false;
  }
};
