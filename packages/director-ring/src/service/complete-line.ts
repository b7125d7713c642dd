/** A success line with its mail host, now or when there is one. */
import type { Outlet } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { MailHost } from '../core/host/mail-host.ts';
import { requestHost } from '../core/request/requests.ts';
import {
  completeSuccessLine,
  failSuccessLine,
  readSuccessLine,
  type SuccessLine,
} from '../core/request/success-line.ts';
import type { Runtime } from './runtime.ts';

/** What to send at once, with its LF; empty if the line has to wait and will be sent to the client later. */
export const completeLine = (runtime: Runtime, line: ByteString, client: Outlet): ByteString => {
  const success = readSuccessLine(line);
  if (success?.username === undefined) return `${line}\n`;
  const { director } = runtime;
  const username = withoutMaster(success.username, director.settings.auth_master_user_separator);
  const answer = requestHost(director, username, success.tag, runtime.now());
  if (answer.result === 'host') return withHost(runtime, line, success, answer.host);
  if (answer.result === 'fail') return failed(runtime, line, username, answer.reason);
  runtime.whenAnswered(answer.ticket, (late) =>
    client.send(
      late.result === 'host'
        ? withHost(runtime, line, success, late.host)
        : failed(runtime, line, username, late.reason),
    ),
  );
  return '';
};

const withHost = ({ director }: Runtime, line: ByteString, success: SuccessLine, host: MailHost): ByteString =>
  `${completeSuccessLine(line, success, host, Math.floor(director.settings.director_user_expire / 2))}\n`;

const failed = ({ log }: Runtime, line: ByteString, username: ByteString, reason: string): ByteString => {
  const text = `director: User ${username} host lookup failed: ${reason}`;
  log.error('director_host_lookup_failed', { user: username }, text);
  return `${failSuccessLine(line)}\n`;
};

/** `user*master` belongs where `user` belongs. Only the separator's first character counts. */
export const withoutMaster = (username: ByteString, separator: string): ByteString => {
  const at = separator === '' ? -1 : username.indexOf(separator.charAt(0));
  return at === -1 ? username : username.slice(0, at);
};
