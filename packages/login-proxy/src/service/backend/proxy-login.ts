/**
 * `ProxyLogin` on real sockets: decides from the auth reply where to go, tries until it is in, tries again where that can
 * help, and writes Dovecot's log lines about it. The relay takes over what it returns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteString } from '@homing/wire';
import { afterText, clockSeconds, isRetryable } from '../../core/backend/failure.ts';
import { beginConnect, connectAbandoned, connectFailed, connectSucceeded } from '../../core/backend/host-state.ts';
import { imapLeg } from '../../core/backend/imap-leg.ts';
import type { Leg, ProxyFailure } from '../../core/backend/leg.ts';
import { clientTtl, legTask } from '../../core/backend/leg-task.ts';
import { pop3Leg } from '../../core/backend/pop3-leg.ts';
import { type ProxyTarget, proxyTarget } from '../../core/backend/proxy-target.ts';
import { mayRetry, RETRY_MS } from '../../core/backend/retry.ts';
import { type ClientContext, type ProxiedSession, ProxyError, type ProxyLogin } from '../../core/proxy-login.ts';
import { type AttemptResult, attemptLogin } from './attempt.ts';
import { abandoned, established, finished, type Login, type ProxyLoginOptions, reconnecting } from './login-report.ts';

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
    const login = newLogin(options, result.target, client);
    const pending = options.sessions.add({
      ...sessionNames(login),
      kick: (reason) => client.disconnect(`Disconnected by proxy: ${reason}`),
    });
    try {
      return client.protocol === 'imap' ? await run(login, imapLeg, signal) : await run(login, pop3Leg, signal);
    } finally {
      options.sessions.remove(pending);
    }
  };

const newLogin = (options: ProxyLoginOptions, target: ProxyTarget, client: ClientContext): Login => {
  const sourceIp = target.sourceIp ?? options.nextSourceIp();
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
  if (client.log.debugEnabled) {
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
    startedAt: options.now(),
    timeoutMs: target.timeoutMs ?? options.settings.login_proxy_timeout,
  };
};

const sessionNames = ({ target, client }: Login) => ({
  user: client.user,
  destuser: target.destuser,
  altUsernames: target.altUsernames,
  protocol: client.protocol,
  rip: client.endpoints.rip,
  ip: target.ip,
  port: target.port,
  host: target.host,
});

/** Attempts until one succeeds, the next may not be made, or the client is gone. */
const run = async <State>(login: Login, leg: Leg<State>, signal: AbortSignal): Promise<ProxiedSession> => {
  const { options, host, startedAt, timeoutMs } = login;
  const maxReconnects = options.settings.login_proxy_max_reconnects;
  for (let reconnects = 0; ; reconnects++) {
    const refusal = checkBeforeConnect(login);
    if (refusal !== undefined) throw finished(login, refusal);
    const result = await attemptOrAbandon(login, leg, reconnects, signal);
    if ('stream' in result) {
      options.watch(result.stream, host);
      return established(login, result, reconnects);
    }
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
    if (isConnected && 'failure' in result) host.proxying -= 1;
    if (!isConnected) connectFailed(host, startedAt, options.now());
    return result;
  } catch (error) {
    if (isConnected) host.proxying -= 1;
    else connectAbandoned(host);
    if (!signal.aborted) throw error;
    throw abandoned(login);
  }
};
