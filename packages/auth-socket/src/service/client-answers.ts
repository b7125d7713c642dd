/** What a request's outcome becomes on the wire, and what it leaves behind (auth_request_handler_reply()). */
import { AUTH_CLIENT_MAX_LINE, type ByteString, encodeBase64 } from '@homing/wire';
import { hasField, isEmpty } from '../core/fields/fields.ts';
import type { AuthRequest } from '../core/request/auth-request.ts';
import { finishSuccess, type Outcome } from '../core/request/authenticate.ts';
import { dropProxyFields } from '../core/request/proxy.ts';
import { failLine, okLine } from '../core/request/reply-lines.ts';
import { logRequestError, logRequestInfo } from '../core/request/request-log.ts';
import type { Live, LiveRequests } from './live-requests.ts';
import type { Quota } from './quota.ts';
import type { World } from './world.ts';

export type Answers = {
  /** Answers now, or when the outcome is there and somebody still waits for it. */
  readonly settle: (entry: Live, outcome: Outcome | Promise<Outcome>) => void;
  /** A fault of the client's: FAIL at once, without the delay and without a name. `code`: `\tcode=...` or ''. */
  readonly refuse: (request: AuthRequest, code: string, reason: string) => void;
};

export const createAnswers = (
  owner: { readonly authOnly: boolean; readonly send: (line: ByteString) => void; readonly quota: Quota },
  live: LiveRequests,
  world: World,
): Answers => {
  const { env } = world;

  const sendFailure = ({ request }: Live): void => {
    live.drop(request.id);
    dropProxyFields(request);
    const line = failLine(request);
    const isAtOnce = hasField(request.passdbFields, 'nodelay');
    const reply = (): void => {
      owner.quota.give();
      owner.send(line);
    };
    owner.quota.take();
    world.failures.add(reply, isAtOnce ? 0 : request.auth.settings.auth_failure_delay);
  };
  const sendSuccess = (entry: Live): void => {
    const { request } = entry;
    const line = okLine(request);
    if (line.length > AUTH_CLIENT_MAX_LINE) {
      logRequestError(env.log, request, 'auth', 'Reply is longer than login processes accept');
      request.internalFailure = true;
      sendFailure(entry);
      return;
    }
    if (owner.authOnly || staysOutside(request)) live.drop(request.id);
    else live.put(entry, 'finished');
    owner.send(line);
  };
  const waitUntil = (entry: Live, unixSeconds: number): void => {
    live.put(entry, 'working');
    const finish = (): void => {
      if (live.isLive(entry)) settle(entry, finishSuccess(entry.request, env));
    };
    setTimeout(finish, Math.max(0, unixSeconds * 1000 - env.now())).unref();
  };
  const answer = (entry: Live, outcome: Outcome): void => {
    switch (outcome.is) {
      case 'ok':
        sendSuccess(entry);
        break;
      case 'failed':
        sendFailure(entry);
        break;
      case 'challenge':
        live.put(entry, 'waiting');
        owner.send(`CONT\t${entry.request.idText}\t${encodeBase64(outcome.data)}\n`);
        break;
      case 'delayed':
        waitUntil(entry, outcome.until);
    }
  };
  const settle = (entry: Live, outcome: Outcome | Promise<Outcome>): void => {
    if (!(outcome instanceof Promise)) {
      answer(entry, outcome);
      return;
    }
    live.put(entry, 'working');
    void world
      .current()
      .hold(outcome.catch((error: unknown) => brokenDown(entry.request, error, world)))
      .then((known) => {
        if (live.isLive(entry)) answer(entry, known);
      })
      .catch((error: unknown) => {
        live.drop(entry.request.id);
        env.log.panic('auth_request', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
      });
  };
  return {
    settle,
    refuse(request, code, reason) {
      logRequestInfo(env.log, request, 'mech', reason);
      live.drop(request.id);
      owner.send(`FAIL\t${request.idText}${code}\treason=${reason}\n`);
    },
  };
};

/** A fault of ours, or of a driver that should have said so: temporary, and logged. */
const brokenDown = (request: AuthRequest, error: unknown, { env }: World): Outcome => {
  logRequestError(env.log, request, 'auth', error instanceof Error ? error.message : String(error));
  request.internalFailure = true;
  return { is: 'failed' };
};

/** No mail process will ask for this login. */
const staysOutside = ({ passdbFields: fields }: AuthRequest): boolean =>
  !isEmpty(fields) && (hasField(fields, 'proxy') || hasField(fields, 'nologin'));
