/**
 * One passdb: its default fields, its answer, the password, its override fields. Passwords are compared here, never in
 * the driver (auth_request_password_verify()).
 */
import { TemplateError } from '@homing/config';
import { hasField, putEntry } from '../fields/fields.ts';
import { applyPassdbField } from '../fields/passdb-field.ts';
import type { FieldTemplate } from '../passdb/field-template.ts';
import type { PassdbLookup } from '../passdb/passdb.ts';
import type { AuthRequest, PassdbResult } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logPasswordFailure } from '../request/password-log.ts';
import { logRequestDebug, logRequestError, logRequestInfo, wantsDebug } from '../request/request-log.ts';
import { revealSecret } from '../request/secret.ts';
import { requestVariables } from '../request/variables.ts';
import { credentialsFault } from '../scheme/credentials-fault.ts';
import { splitScheme } from '../scheme/stored-password.ts';
import type { Verdict } from '../scheme/verdict.ts';
import { schemeOf } from '../scheme/verify.ts';
import type { PassdbLink } from './auth.ts';
import type { PassdbPurpose } from './passdb-chain.ts';

export const askPassdb = (
  request: AuthRequest,
  link: PassdbLink,
  purpose: PassdbPurpose,
  env: AuthEnv,
): PassdbResult | Promise<PassdbResult> => {
  if (wantsDebug(env.log, request)) {
    logRequestDebug(env.log, request, 'db', 'Performing passdb lookup', 'auth_passdb_request_started', names(link));
  }
  if (!exportFields(request, link.defaultFields, 'default_fields', env)) {
    return override(request, link, 'internal-failure', env);
  }
  const found = lookup(request, link, env);
  if (found instanceof Promise) return found.then((answer) => judge(request, link, purpose, answer, env));
  return judge(request, link, purpose, found, env);
};

const lookup = (request: AuthRequest, link: PassdbLink, env: AuthEnv): PassdbLookup | Promise<PassdbLookup> => {
  const answer = link.passdb.lookup(requestVariables(request), env.signal);
  if (!(answer instanceof Promise)) return answer;
  return answer.catch((error: unknown) => ({
    result: 'internal-failure',
    cause: error instanceof Error ? error : new Error(String(error)),
  }));
};

const judge = (
  request: AuthRequest,
  link: PassdbLink,
  purpose: PassdbPurpose,
  found: PassdbLookup,
  env: AuthEnv,
): PassdbResult | Promise<PassdbResult> => {
  if (found.result !== 'found') {
    if (found.result === 'internal-failure') logRequestError(env.log, request, 'db', found.cause.message);
    else if (found.result === 'user-unknown') logPasswordFailure(env.log, request, found.reason ?? 'unknown user');
    return override(request, link, found.result, env);
  }
  if (found.hasUserdbFields === true) request.prefetched = true;
  for (const { key, value, entry } of found.fields) {
    if (entry === undefined) applyPassdbField(request, key, value, env);
    else putEntry(request.passdbFields, entry);
  }
  const verdict = checkPassword(request, link, purpose, found.password, env);
  if (verdict instanceof Promise) return verdict.then((result) => override(request, link, result, env));
  return override(request, link, verdict, env);
};

const override = (request: AuthRequest, link: PassdbLink, answered: PassdbResult, env: AuthEnv): PassdbResult => {
  let result = answered;
  if (result === 'ok' && hasField(request.passdbFields, 'noauthenticate')) result = 'next';
  if (!exportFields(request, link.overrideFields, 'override_fields', env)) result = 'internal-failure';
  if (wantsDebug(env.log, request)) {
    const fields = { ...names(link), result: result.replaceAll('-', '_') };
    logRequestDebug(env.log, request, 'db', 'Finished passdb lookup', 'auth_passdb_request_finished', fields);
  }
  return result;
};

const names = (link: PassdbLink): { passdb: string; passdb_id: string; passdb_name: string } => ({
  passdb: link.passdb.driver,
  passdb_id: String(link.id),
  passdb_name: link.name,
});

/** False if a template could not be expanded. */
const exportFields = (
  request: AuthRequest,
  templates: readonly FieldTemplate[],
  setting: string,
  env: AuthEnv,
): boolean => {
  if (templates.length === 0) return true;
  try {
    const variables = requestVariables(request);
    // One by one: a template sees what those before it have set.
    for (const { key, value } of templates) applyPassdbField(request, key, value(variables), env);
    return true;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    logRequestError(env.log, request, 'db', `Failed to expand ${setting}: ${error.message}`);
    return false;
  }
};

const checkPassword = (
  request: AuthRequest,
  link: PassdbLink,
  purpose: PassdbPurpose,
  stored: string | undefined,
  env: AuthEnv,
): PassdbResult | Promise<PassdbResult> => {
  const { defaultScheme } = link.passdb;
  const noPassword = hasField(request.passdbFields, 'nopassword');
  if (noPassword && isNonEmpty(stored, defaultScheme) && !hasField(request.passdbFields, 'noauthenticate')) {
    logRequestError(env.log, request, 'db', 'nopassword set but password is non-empty');
    // Dovecot goes on to compare the password; an entry that contradicts itself lets nobody in here (auth.md 13).
    return purpose === 'lookup' ? 'ok' : 'password-mismatch';
  }
  if (request.verified) return 'ok';
  if (link.deny) return 'password-mismatch';
  if (noPassword) {
    logRequestDebug(env.log, request, 'db', 'Allowing any password');
    return 'ok';
  }
  if (stored === undefined) {
    logRequestInfo(env.log, request, 'db', 'No password returned (and no nopassword)');
    return 'password-mismatch';
  }
  if (purpose === 'lookup') return readCredentials(request, stored, defaultScheme, env);
  const given = request.password === undefined ? '' : revealSecret(request.password);
  const verdict = env.verifyPassword(given, stored, defaultScheme, request.originalUser ?? '');
  if (verdict instanceof Promise) return verdict.then((said) => resultOf(request, link, stored, said, env));
  return resultOf(request, link, stored, verdict, env);
};

const isNonEmpty = (stored: string | undefined, defaultScheme: string): boolean =>
  stored !== undefined && splitScheme(stored, defaultScheme).data !== '';

const readCredentials = (
  request: AuthRequest,
  stored: string,
  defaultScheme: string,
  { log }: AuthEnv,
): PassdbResult => {
  const fault = credentialsFault(stored, defaultScheme);
  if (fault === undefined) return 'ok';
  logRequestError(log, request, 'db', fault);
  return 'scheme-not-available';
};

const resultOf = (
  request: AuthRequest,
  link: PassdbLink,
  stored: string,
  verdict: Verdict,
  env: AuthEnv,
): PassdbResult => {
  if (verdict === true) return 'ok';
  if (verdict === false) {
    logPasswordFailure(env.log, request, 'Password mismatch');
    return 'password-mismatch';
  }
  const text =
    verdict === 'unknown-scheme' ? `Unknown scheme ${schemeOf(stored, link.passdb.defaultScheme)}` : verdict.failure;
  logRequestError(env.log, request, 'db', text);
  return 'internal-failure';
};
