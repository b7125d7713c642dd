/**
 * `ProxyLogin` on real sockets: decides from the auth reply where to go, tries until it is in, tries again where that can
 * help, and writes Dovecot's log lines about it. The relay takes over what it returns.
 */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFields, TlsClientContext } from '@homing/io';
import type { ByteString } from '@homing/wire';
import {
  afterText,
  clockSeconds,
  connectionInfo,
  failureLogText,
  isRefusal,
  isRetryable,
  proxyError,
  startedText,
} from '../../core/backend/failure.ts';
import {
  beginConnect,
  connectAbandoned,
  connectFailed,
  connectSucceeded,
  type HostState,
  type HostStates,
} from '../../core/backend/host-state.ts';
import { imapLeg } from '../../core/backend/imap-leg.ts';
import type { Leg, LegTask, ProxyFailure } from '../../core/backend/leg.ts';
import { clientTtl, legTask } from '../../core/backend/leg-task.ts';
import { pop3Leg } from '../../core/backend/pop3-leg.ts';
import { type ProxyTarget, proxyTarget } from '../../core/backend/proxy-target.ts';
import { mayRetry, RETRY_MS } from '../../core/backend/retry.ts';
import type { SessionTable } from '../../core/backend/session-table.ts';
import { type ClientContext, type ProxiedSession, ProxyError, type ProxyLogin } from '../../core/proxy-login.ts';
import { type AttemptResult, attemptLogin } from './attempt.ts';
import type { BackendSettings } from './backend-settings.ts';

export type ProxyLoginOptions = {
  readonly settings: BackendSettings;
  readonly hosts: HostStates;
  readonly sessions: SessionTable;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The next of `login_source_ips`. */
  readonly nextSourceIp: () => string | undefined;
  readonly tlsContext: () => TlsClientContext;
  /** Keeps count of an open backend connection until it is called or the stream closes. */
  readonly watch: (stream: Duplex, host: HostState) => void;
};

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

type Login = {
  readonly options: ProxyLoginOptions;
  readonly target: ProxyTarget;
  readonly client: ClientContext;
  readonly task: LegTask;
  readonly host: HostState;
  readonly sourceIp: string | undefined;
  readonly prefix: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly eventFields: LogFields;
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

/** The client went away: its own log line says so. */
const abandoned = (login: Login): ProxyError => {
  logFinished(login, '');
  return new ProxyError('connect', 'Client disconnected');
};

/** Backends that refuse are the client's affair, logged on request; all else is ours to log. */
const finished = (login: Login, failure: ProxyFailure): ProxyError => {
  const { client, target, sourceIp, prefix, eventFields, options } = login;
  const fields = { ...eventFields, error: failure.text };
  if (!isRefusal(failure.code)) client.log.error('proxy_failed', fields, prefix + failureLogText(failure));
  else if (options.settings.auth_verbose) {
    const info = connectionInfo(target, sourceIp, client.user);
    client.log.info('proxy_failed', fields, `${prefix}Login failed${info}: ${failure.text}`);
  }
  logFinished(login, failure.text);
  return proxyError(failure);
};

const logFinished = ({ client, target, prefix, eventFields }: Login, error: string): void => {
  if (!client.log.debugEnabled) return;
  const fields = { ...eventFields, disconnect_side: 'proxy', disconnect_reason: '', error };
  client.log.debug('proxy_session_finished', fields, `${prefix}Failed to connect to ${target.ip}`);
};

const reconnecting = ({ client, prefix, eventFields }: Login, failure: ProxyFailure, attempt: number): void => {
  if (!client.log.debugEnabled) return;
  const text = `${prefix}${failureLogText(failure)} - reconnecting (attempt #${attempt})`;
  const fields = { ...eventFields, error: failure.text, error_code: failure.code, reconnect_attempts: attempt };
  client.log.debug('proxy_session_reconnecting', fields, text);
};

const established = (
  login: Login,
  result: Extract<AttemptResult, { stream: unknown }>,
  reconnects: number,
): ProxiedSession => {
  const { client, target, sourceIp, prefix, startedAt, options } = login;
  const eventFields = {
    ...login.eventFields,
    source_port: result.sourcePort,
    ...(reconnects > 0 ? { reconnect_attempts: reconnects } : {}),
  };
  const text = startedText(target, sourceIp, client.user, { startedAt, now: options.now(), reconnects });
  client.log.info('proxy_session_established', eventFields, prefix + text);
  const { host, ip, port, destuser, altUsernames, refreshSeconds } = target;
  const destination = `${ip}:${port}`;
  return { ...result, destination, host, ip, port, destuser, altUsernames, refreshSeconds, eventFields, startedAt };
};
