/**
 * Asks one passdb after another (auth_request_handle_passdb_callback(); auth.md 7.2). A chain whose databases all answer
 * at once is walked without a promise.
 *
 *     skip what is filtered -> default_fields -> lookup -> password -> override_fields -> rule -> next, or the result
 */

import { wildcardMatch } from '@homing/config';
import { keepFields, removeField, rollbackFields, setField } from '../fields/fields.ts';
import type { AuthRequest, PassdbResult } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logRequestDebug, logRequestError, logRequestInfo } from '../request/request-log.ts';
import { askPassdb } from './ask-passdb.ts';
import type { PassdbLink } from './auth.ts';

/** `verify`: the password decides. `lookup`: PASS, which only wants the fields. */
export type PassdbPurpose = 'verify' | 'lookup';

/** Begins at `request.passdb`. The result stands in `request.result` as well. */
export const runPassdbChain = (
  request: AuthRequest,
  purpose: PassdbPurpose,
  env: AuthEnv,
): PassdbResult | Promise<PassdbResult> => {
  if (request.loginUser !== undefined && request.passdb === undefined) {
    logRequestInfo(
      env.log,
      request,
      'mech',
      `Attempted master login with no master passdbs (trying to log in as user: ${request.loginUser})`,
    );
    return finish(request, 'user-unknown');
  }
  let link = nextUsable(request, request.passdb, env);
  for (;;) {
    if (link === undefined) {
      logRequestError(env.log, request, 'mech', 'All password databases were skipped');
      return finish(request, 'internal-failure');
    }
    request.passdb = link;
    const answer = askPassdb(request, link, purpose, env);
    if (typeof answer !== 'string') {
      const asked = link;
      return answer.then((result) => {
        const then = settle(request, asked, result, env);
        if (typeof then === 'string') return finish(request, then);
        request.passdb = then;
        return runPassdbChain(request, purpose, env);
      });
    }
    const then = settle(request, link, answer, env);
    if (typeof then === 'string') return finish(request, then);
    link = then;
  }
};

const finish = (request: AuthRequest, result: PassdbResult): PassdbResult => {
  // Some passdb could have told, and did not know the user.
  const isUnknown = result === 'scheme-not-available' && request.sawUserUnknown;
  request.result = isUnknown ? 'user-unknown' : result;
  return request.result;
};

const nextUsable = (request: AuthRequest, from: PassdbLink | undefined, { log }: AuthEnv): PassdbLink | undefined => {
  let link = from;
  while (link !== undefined && isSkipped(request, link, log)) link = link.next;
  return link;
};

const isSkipped = (request: AuthRequest, link: PassdbLink, log: AuthEnv['log']): boolean => {
  if (
    link.mechanisms !== undefined &&
    !link.mechanisms.includes(request.mechanism === '' ? 'NONE' : request.mechanism)
  ) {
    logRequestDebug(log, request, 'mech', 'skipping passdb: mechanism filtered');
    return true;
  }
  if (link.usernameFilter !== undefined && !isUsernameAccepted(link.usernameFilter, request.user ?? '')) {
    logRequestDebug(log, request, 'mech', 'skipping passdb: username filtered');
    return true;
  }
  return link.skip === 'authenticated' ? request.verified : link.skip === 'unauthenticated' && !request.verified;
};

/** Excluded by any `!pattern`; where patterns include, one has to match. */
const isUsernameAccepted = (filter: readonly string[], user: string): boolean => {
  let includes = false;
  let included = false;
  for (const pattern of filter) {
    const excludes = pattern.startsWith('!');
    includes ||= !excludes;
    if (!wildcardMatch(user, excludes ? pattern.slice(1) : pattern)) continue;
    if (excludes) return false;
    included = true;
  }
  return included || !includes;
};

/** What comes after this passdb: another one, or the result of the chain. */
const settle = (
  request: AuthRequest,
  link: PassdbLink,
  answered: PassdbResult,
  env: AuthEnv,
): PassdbLink | PassdbResult => {
  let result = answered;
  if (link.deny && result !== 'user-unknown') {
    if (result === 'internal-failure') return result;
    logRequestInfo(env.log, request, 'db', 'User found from deny passdb');
    return 'user-disabled';
  }
  if (request.failed) {
    // Not the passdb failed but something in its fields; the next passdb starts anew.
    if (result === 'ok') result = 'user-unknown';
    request.failed = false;
  }
  if (result === 'user-disabled') return result;
  if (result === 'pass-expired') {
    setField(request.passdbFields, 'reason', 'Password expired');
    return result;
  }
  const continues = applyRule(request, link, result, env);
  // Meant for this passdb alone.
  removeField(request.passdbFields, 'nopassword');
  removeField(request.passdbFields, 'noauthenticate');

  let after = link.next;
  if (request.loginUser !== undefined && result === 'ok') {
    becomeLoginUser(request, request.loginUser, env);
    after = request.auth.passdbs;
  }
  const next = nextUsable(request, after, env);
  keepOrRollback(request, result === 'ok' || result === 'next');
  if (continues && next !== undefined) {
    if (result === 'user-unknown') request.sawUserUnknown = true;
    else if (result === 'internal-failure') request.sawInternalFailure = true;
    return next;
  }
  if (result === 'next') {
    logRequestError(env.log, request, 'db', 'Last passdb had noauthenticate field, cannot authenticate user');
    return 'internal-failure';
  }
  if (request.success) return 'ok';
  return request.sawInternalFailure ? 'internal-failure' : result;
};

/** True if the chain goes on. */
const applyRule = (request: AuthRequest, link: PassdbLink, result: PassdbResult, { log }: AuthEnv): boolean => {
  if (result === 'next') {
    logRequestDebug(log, request, 'db', 'Not performing authentication (noauthenticate set)');
    return true;
  }
  const rule =
    result === 'ok' ? link.onSuccess : result === 'internal-failure' ? link.onInternalFailure : link.onFailure;
  switch (rule) {
    case 'return':
      return false;
    case 'return-ok':
      request.success = true;
      return false;
    case 'return-fail':
      request.success = false;
      return false;
    case 'continue':
      if (result === 'ok') request.verified = true;
      return true;
    case 'continue-ok':
      request.success = true;
      request.verified = true;
      return true;
    case 'continue-fail':
      request.success = false;
      return true;
  }
};

/** The master passdbs agreed: from here on the request is the login user's. */
const becomeLoginUser = (request: AuthRequest, loginUser: string, { log }: AuthEnv): void => {
  logRequestInfo(log, request, 'db', `Master user logging in as ${loginUser}`);
  request.masterUser = request.user;
  request.user = loginUser;
  request.translatedUser = loginUser;
  request.loginUser = undefined;
};

const keepOrRollback = (request: AuthRequest, keep: boolean): void => {
  const { passdbFields, userdbFields } = request;
  const act = keep ? keepFields : rollbackFields;
  act(passdbFields);
  if (userdbFields !== undefined) act(userdbFields);
  if (keep) request.keptPrefetched = request.prefetched;
  else request.prefetched = request.keptPrefetched;
};
