/** One login to a backend, and what the log and the client side hear of its end. */
import type { Duplex } from 'node:stream';
import type { LogFields, TlsClientContext } from '@homing/io';
import { connectionInfo, failureLogText, isRefusal, proxyError, startedText } from '../../core/backend/failure.ts';
import type { HostState, HostStates } from '../../core/backend/host-state.ts';
import type { LegTask, ProxyFailure } from '../../core/backend/leg.ts';
import type { ProxyTarget } from '../../core/backend/proxy-target.ts';
import { placeOf } from '../../core/backend/redirect.ts';
import type { SessionTable } from '../../core/backend/session-table.ts';
import { type ClientContext, type ProxiedSession, ProxyError } from '../../core/proxy-login.ts';
import type { AttemptResult } from './attempt.ts';
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

export type Login = {
  readonly options: ProxyLoginOptions;
  readonly target: ProxyTarget;
  readonly client: ClientContext;
  readonly task: LegTask;
  readonly host: HostState;
  readonly sourceIp: string | undefined;
  readonly prefix: string;
  readonly startedAt: number;
  /** Of the first backend. */
  readonly chosenIp: string;
  readonly timeoutMs: number;
  readonly eventFields: LogFields;
};

/** The client went away: its own log line says so. */
export const abandoned = (login: Login): ProxyError => {
  logFinished(login, '');
  return new ProxyError('connect', 'Client disconnected');
};

/** Backends that refuse are the client's affair, logged on request; all else is ours to log. */
export const finished = (login: Login, failure: ProxyFailure): ProxyError => {
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

const logFinished = ({ client, target, prefix, eventFields, options, startedAt }: Login, error: string): void => {
  if (!client.log.debugEnabled()) return;
  const duration = (options.now() - startedAt) * 1000;
  const fields = { ...eventFields, disconnect_side: 'proxy', disconnect_reason: '', error, duration };
  client.log.debug('proxy_session_finished', fields, `${prefix}Failed to connect to ${target.ip}`);
};

export const redirected = (login: Login, next: ProxyTarget): void => {
  const { client, prefix, eventFields } = login;
  if (!client.log.debugEnabled()) return;
  logFinished({ ...login, eventFields: { ...eventFields, error_code: 'proxy_dest_redirected' } }, '');
  client.log.debug('proxy_redirecting', eventFields, `${prefix}Redirecting to ${placeOf(next)}`);
};

export const reconnecting = ({ client, prefix, eventFields }: Login, failure: ProxyFailure, attempt: number): void => {
  if (!client.log.debugEnabled()) return;
  const text = `${prefix}${failureLogText(failure)} - reconnecting (attempt #${attempt})`;
  const fields = { ...eventFields, error: failure.text, error_code: failure.code, reconnect_attempts: attempt };
  client.log.debug('proxy_session_reconnecting', fields, text);
};

export const established = (
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
  const duration = (options.now() - startedAt) * 1000;
  client.log.info('proxy_session_established', { ...eventFields, duration }, prefix + text);
  const { host, ip, port, destuser, altUsernames, refreshSeconds } = target;
  const destination = `${ip}:${port}`;
  const { chosenIp } = login;
  const place = { destination, host, ip, port, chosenIp, destuser };
  return { ...result, ...place, altUsernames, refreshSeconds, eventFields, startedAt };
};
