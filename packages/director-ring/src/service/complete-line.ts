/** A success line with its mail host, now or when there is one. */
import type { Outlet } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { MailHost } from '../core/host/mail-host.ts';
import { destuserField } from '../core/request/login-fields.ts';
import { requestHost } from '../core/request/requests.ts';
import {
  becomesProxied,
  failSuccessLine,
  hostFields,
  readSuccessLine,
  requestId,
  type SuccessLine,
  staysHere,
  wouldBounce,
} from '../core/request/success-line.ts';
import type { Runtime } from './runtime.ts';

/** One for each socket. What to send at once, with its LF; empty if the line has to wait and is sent to the client later. */
export type CompleteLine = (line: ByteString, client: Outlet, now: number, release?: Release) => ByteString;

/** Has the auth server forget a login that it took for a local one. */
type Release = (requestId: ByteString) => void;

export const createCompletion = (runtime: Runtime): CompleteLine => {
  const { director, loginFields } = runtime;
  const { auth_master_user_separator } = director.settings;
  /** The same for every user of a host, and the longest part of what is added. */
  const known = new WeakMap<MailHost, ByteString>();
  const fieldsOf = (host: MailHost): ByteString => {
    const found = known.get(host);
    if (found !== undefined) return found;
    const fields = `${hostFields(host, loginFields.refreshSeconds)}\n`;
    known.set(host, fields);
    return fields;
  };
  const withHost = (line: ByteString, success: SuccessLine, host: MailHost, release?: Release): ByteString => {
    if (staysHere(line, success, host)) return `${line}\n`;
    const fields = destuserField(success, loginFields) + fieldsOf(host);
    if (!becomesProxied(line, success)) return line + fields;
    release?.(requestId(line));
    return `${line}\tproxy${fields}`;
  };

  return (line, client, now, release) => {
    const success = readSuccessLine(line);
    if (success === undefined) return `${line}\n`;
    if (success.username === undefined || success.host === 'empty') {
      return wouldBounce(line, success) ? unusable(runtime, line) : `${line}\n`;
    }
    const username = withoutMaster(success.username, auth_master_user_separator);
    const answer = requestHost(director, username, success.tag, now);
    if (answer.result === 'host') return withHost(line, success, answer.host, release);
    const fail = (reason: string | undefined): ByteString => {
      if (becomesProxied(line, success)) release?.(requestId(line));
      return failed(runtime, line, username, reason);
    };
    if (answer.result === 'fail') return fail(answer.reason);
    runtime.whenAnswered(answer.ticket, (late) =>
      client.send(late.result === 'host' ? withHost(line, success, late.host, release) : fail(late.reason)),
    );
    return '';
  };
};

const failed = ({ log }: Runtime, line: ByteString, username: ByteString, reason: string | undefined): ByteString => {
  const text = `director: User ${username} host lookup failed: ${reason}`;
  if (reason !== undefined) log.error('director_host_lookup_failed', { user: username }, text);
  return `${failSuccessLine(line)}\n`;
};

const unusable = ({ log }: Runtime, line: ByteString): ByteString => {
  log.error(
    'director_host_lookup_failed',
    {},
    'director: Auth server sent proxy with neither a host nor a user, or with an empty host',
  );
  return `${failSuccessLine(line)}\n`;
};

/** `user*master` belongs where `user` belongs. Only the separator's first character counts. */
export const withoutMaster = (username: ByteString, separator: string): ByteString => {
  const at = separator === '' ? -1 : username.indexOf(separator.charAt(0));
  return at === -1 ? username : username.slice(0, at);
};
