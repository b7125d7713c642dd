/**
 * One authentication from a mechanism's step to its answer (auth_request_success(), auth_request_fail()). Whatever is
 * known at once is answered at once; only a database, a hash in a thread or a name lookup brings a promise.
 *
 *     step -> challenge
 *          -> passdb chain -> right: wait for delay_until -> where to proxy -> ok
 *                          -> wrong: failed
 */
import type { ByteString } from '@homing/wire';
import { runPassdbChain } from '../chain/passdb-chain.ts';
import type { SaslStep } from '../sasl/mechanism.ts';
import type { AuthRequest, PassdbResult } from './auth-request.ts';
import type { AuthEnv } from './env.ts';
import { finishProxy } from './proxy.ts';
import { logRequestDebug, logRequestInfo, wantsDebug } from './request-log.ts';
import { createSecret } from './secret.ts';

export type Outcome =
  | { is: 'challenge'; data: ByteString }
  | { is: 'ok' }
  | { is: 'failed' }
  /** The password was right; `finishSuccess` may be called at this Unix second. */
  | { is: 'delayed'; until: number };

const OK: Outcome = { is: 'ok' };
const FAILED: Outcome = { is: 'failed' };

/** 0x01, TAB, CR and LF mean something in other protocols; such a password never matches (auth.md 13). */
const ILLEGAL_IN_PASSWORD = /[\x01\t\r\n]/;

export const takeStep = (request: AuthRequest, step: SaslStep, env: AuthEnv): Outcome | Promise<Outcome> => {
  switch (step.do) {
    case 'challenge':
      return { is: 'challenge', data: step.data };
    case 'fail':
      logRequestInfo(env.log, request, 'mech', step.reason);
      return fail(request, env);
    case 'succeed':
      return conclude(request, 'ok', env);
    case 'verify': {
      request.password = createSecret(step.password);
      if (ILLEGAL_IN_PASSWORD.test(step.password)) {
        logRequestInfo(env.log, request, 'db', 'Attempted login with password having illegal chars');
        request.result = 'user-unknown';
        return fail(request, env);
      }
      const result = runPassdbChain(request, 'verify', env);
      return typeof result === 'string'
        ? conclude(request, result, env)
        : result.then((said) => conclude(request, said, env));
    }
  }
};

const conclude = (request: AuthRequest, result: PassdbResult, env: AuthEnv): Outcome | Promise<Outcome> => {
  if (result === 'internal-failure') request.internalFailure = true;
  if (result !== 'ok' || request.failed || !request.success) return fail(request, env);
  request.successful = true;
  logFinished(request, env);
  if (request.delayUntil !== 0 && request.delayUntil * 1000 > env.now())
    return { is: 'delayed', until: request.delayUntil };
  return finishSuccess(request, env);
};

export const finishSuccess = (request: AuthRequest, env: AuthEnv): Outcome | Promise<Outcome> => {
  const proxied = finishProxy(request, env);
  if (typeof proxied === 'boolean') return proxied ? OK : FAILED;
  return proxied.then((done) => (done ? OK : FAILED));
};

const fail = (request: AuthRequest, env: AuthEnv): Outcome => {
  logFinished(request, env);
  return FAILED;
};

const logFinished = (request: AuthRequest, { log }: AuthEnv): void => {
  if (!wantsDebug(log, request)) return;
  const outcome = request.successful
    ? { success: 'yes' }
    : { error: request.internalFailure ? 'internal failure' : 'authentication failed' };
  logRequestDebug(log, request, 'auth', 'Auth request finished', 'auth_request_finished', outcome);
};
