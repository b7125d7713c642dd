/**
 * `ProxyLogin` on real sockets: decides from the auth reply where to go, tries until it is in, tries again where that can
 * help, and writes Dovecot's log lines about it. The relay takes over what it returns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteString, Referral } from '@homing/wire';
import { afterText, clockSeconds, isRetryable } from '../../core/backend/failure.ts';
import { beginConnect, connectAbandoned, connectFailed, connectSucceeded } from '../../core/backend/host-state.ts';
import { imapLeg } from '../../core/backend/imap-leg.ts';
import type { Leg, ProxyFailure } from '../../core/backend/leg.ts';
import { clientTtl, legTask } from '../../core/backend/leg-task.ts';
import { pop3Leg } from '../../core/backend/pop3-leg.ts';
import { type ProxyTarget, proxyTarget } from '../../core/backend/proxy-target.ts';
import { followAnswer, followReferral, placeOf, redirection, type Visited } from '../../core/backend/redirect.ts';
import { mayRetry, RETRY_MS } from '../../core/backend/retry.ts';
import { type ClientContext, type ProxiedSession, ProxyError, type ProxyLogin } from '../../core/proxy-login.ts';
import { type AttemptResult, attemptLogin } from './attempt.ts';
import {
  abandoned,
  established,
  finished,
  type Login,
  type ProxyLoginOptions,
  reconnecting,
  redirected,
} from './login-report.ts';

export const createProxyLogin =
  (options: ProxyLoginOptions): ProxyLogin =>
  async (fields, client, signal) => {
    const result = proxyTarget(fields, client);
    const prefix = `proxy(${client.user}): `;
    for (const text of result.complaints) client.log.error('proxy_field_invalid', {}, prefix + text);
    if ('failure' in result) {
      client.log.error('proxy_refused', { error: result.failure }, prefix + result.failure);
      throw new ProxyError('internal', result.failure);
    }
    const begun = {
      startedAt: options.now(),
      chosenIp: result.target.ip,
      sourceIp: result.target.sourceIp ?? options.nextSourceIp(),
    };
    const login = newLogin(options, result.target, client, begun);
    return client.protocol === 'imap' ? run(login, imapLeg, signal) : run(login, pop3Leg, signal);
  };

const newLogin = (
  options: ProxyLoginOptions,
  target: ProxyTarget,
  client: ClientContext,
  { startedAt, chosenIp, sourceIp }: Pick<Login, 'startedAt' | 'chosenIp' | 'sourceIp'>,
): Login => {
  const { task, warning } = legTask(target, client);
  const prefix = `proxy(${client.user},${target.ip}:${target.port}): `;
  if (warning !== undefined) client.log.warning('proxy_forward_dropped', {}, prefix + warning);
  const eventFields = {
    source_ip: sourceIp ?? '',
    dest_ip: target.ip,
    dest_port: target.port,
    dest_host: target.host,
    ...(target.masterUser === undefined ? {} : { master_user: target.masterUser }),
  };
  if (client.log.debugEnabled()) {
    client.log.debug('proxy_session_started', eventFields, `${prefix}Created proxy session to <${target.ip}>`);
  }
  return {
    options,
    target,
    client,
    task,
    sourceIp,
    prefix,
    eventFields,
    host: options.hosts.of(target.ip, target.port),
    startedAt,
    chosenIp,
    timeoutMs: target.timeoutMs ?? options.settings.login_proxy_timeout,
  };
};

/** In the table of sessions, until it is disposed of. */
const listed = ({ options, target, chosenIp, client }: Login): Disposable => {
  const session = options.sessions.add({
    ...sessionNames(target, client),
    chosenIp,
    kick: (reason) => client.disconnect(`Disconnected by proxy: ${reason}`),
  });
  return { [Symbol.dispose]: () => options.sessions.remove(session) };
};

const sessionNames = (target: ProxyTarget, client: ClientContext) => ({
  user: client.user,
  destuser: target.destuser,
  altUsernames: target.altUsernames,
  protocol: client.protocol,
  rip: client.endpoints.rip,
  ip: target.ip,
  port: target.port,
  host: target.host,
});

/** At one backend after the other, until one serves the user. Reconnects count together. */
const run = async <State>(first: Login, leg: Leg<State>, signal: AbortSignal): Promise<ProxiedSession> => {
  const visited: string[] = [];
  const tries = { reconnects: 0 };
  for (let login = first; ; ) {
    using _ = listed(login);
    const outcome = await attempts(login, leg, tries, signal);
    if (!('redirect' in outcome)) return outcome;
    visited.push(placeOf(login.target));
    login = await follow(login, outcome.redirect, visited, signal);
  }
};

/** Until one succeeds, the next may not be made, or the client is gone. */
const attempts = async <State>(
  login: Login,
  leg: Leg<State>,
  tries: { reconnects: number },
  signal: AbortSignal,
): Promise<ProxiedSession | { readonly redirect: Referral }> => {
  const { options, host, startedAt, timeoutMs } = login;
  const maxReconnects = options.settings.login_proxy_max_reconnects;
  for (; ; tries.reconnects++) {
    const { reconnects } = tries;
    const refusal = checkBeforeConnect(login);
    if (refusal !== undefined) throw finished(login, refusal);
    const result = await attemptOrAbandon(login, leg, reconnects, signal);
    if ('stream' in result) {
      options.watch(result.stream, host);
      return established(login, result, reconnects);
    }
    if ('redirect' in result) return result;
    const { failure } = result;
    const sinceStart = options.now() - startedAt;
    if (!isRetryable(failure.code) || !mayRetry({ maxReconnects, timeoutMs }, reconnects, sinceStart)) {
      throw finished(login, failure);
    }
    reconnecting(login, failure, reconnects + 1);
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw abandoned(login);
  }
};

/** The login at the next backend; it is one more proxy hop. */
const follow = async (login: Login, to: Referral, visited: Visited, signal: AbortSignal): Promise<Login> => {
  const { options, target, client, timeoutMs } = login;
  const next = target.redirectReauth
    ? followAnswer(
        target,
        await client.reauthenticate(redirection(target, to, visited, timeoutMs), signal),
        visited,
        client,
      )
    : followReferral(target, to, visited, client);
  if (signal.aborted) throw abandoned(login);
  if ('failure' in next) throw finished(login, next.failure);
  redirected(login, next.target);
  return newLogin(options, next.target, { ...client, ttl: clientTtl(client) - 1 }, login);
};

const checkBeforeConnect = ({ options, target, client, host }: Login): ProxyFailure | undefined => {
  const isUp = beginConnect(host, options.now(), target.immediateFailureAfterMs);
  if (isUp && clientTtl(client) > 1) return undefined;
  connectAbandoned(host);
  if (isUp) return { code: 'remote-config', text: 'TTL reached zero - proxies appear to be looping?' };
  return { code: 'connect', text: 'Host is down' };
};

const attemptOrAbandon = async <State>(
  login: Login,
  leg: Leg<State>,
  reconnects: number,
  signal: AbortSignal,
): Promise<AttemptResult> => {
  const { options, client, host, startedAt, prefix } = login;
  let isConnected = false;
  const attempt = {
    ...login,
    leg,
    verifyCertificate: options.settings.ssl_client_require_valid_cert,
    tlsContext: options.tlsContext,
    after: (local: string | undefined) => afterText({ startedAt, now: options.now(), reconnects }, local),
    duration: () => clockSeconds(client.connectedAt, options.now()),
  };
  const hooks = {
    forward: (line: ByteString) => client.forward(line),
    complain: (text: string) => client.log.error('proxy_unexpected_input', {}, prefix + text),
    connected: () => {
      isConnected = true;
      connectSucceeded(host, options.now());
    },
  };
  try {
    const result = await attemptLogin(attempt, hooks, signal);
    if (isConnected && !('stream' in result)) host.proxying -= 1;
    if (!isConnected) connectFailed(host, startedAt, options.now());
    return result;
  } catch (error) {
    if (isConnected) host.proxying -= 1;
    else connectAbandoned(host);
    if (!signal.aborted) throw error;
    throw abandoned(login);
  }
};
