/** How a failed proxy login reads in the log and what may be tried again (login-proxy.c, login_proxy_failed). */
import { ProxyError, type ProxyErrorCode } from '../proxy-login.ts';
import type { ProxyFailure } from './leg.ts';
import type { ProxyTarget } from './proxy-target.ts';

const LOG_PREFIX: Readonly<Record<ProxyErrorCode, string>> = {
  connect: '',
  internal: 'Aborting due to internal error: ',
  'internal-config': '',
  remote: 'Aborting due to remote server: ',
  'remote-config': 'Aborting due to remote server: ',
  protocol: 'Remote server sent invalid input: ',
  auth: '',
  'auth-tempfail': '',
};

export const failureLogText = ({ code, text }: ProxyFailure): string => LOG_PREFIX[code] + text;

export const isRetryable = (code: ProxyErrorCode): boolean =>
  code === 'connect' || code === 'remote' || code === 'protocol' || code === 'auth-tempfail';

/** The backend answered and refused: logged as the client's failure (`auth_verbose`), not as ours. */
export const isRefusal = (code: ProxyErrorCode): boolean => code === 'auth' || code === 'auth-tempfail';

export const proxyError = ({ code, text, reply, referral }: ProxyFailure): ProxyError =>
  new ProxyError(code, text, reply, referral);

/** `duration` counts seconds as differences of clock seconds, not of moments: the log shows what a Dovecot shows. */
export const clockSeconds = (from: number, to: number): number => Math.floor(to / 1000) - Math.floor(from / 1000);

export type AttemptTimes = {
  readonly startedAt: number;
  readonly now: number;
  readonly reconnects: number;
};

/** ` (after 3 secs, 3 reconnects, local=127.0.0.1:47080)` */
export const afterText = ({ startedAt, now, reconnects }: AttemptTimes, local: string | undefined): string => {
  const parts = [
    `after ${clockSeconds(startedAt, now)} secs`,
    ...(reconnects > 0 ? [`${reconnects} reconnects`] : []),
    ...(local === undefined ? [] : [`local=${local}`]),
  ];
  return ` (${parts.join(', ')})`;
};

/** ` from SRC as user DESTUSER (master M)`, each part only if it says something. */
export const connectionInfo = (target: ProxyTarget, sourceIp: string | undefined, user: string): string =>
  (sourceIp === undefined ? '' : ` from ${sourceIp}`) +
  (target.destuser === user ? '' : ` as user ${target.destuser}`) +
  (target.masterUser === undefined ? '' : ` (master ${target.masterUser})`);

export const startedText = (
  target: ProxyTarget,
  sourceIp: string | undefined,
  user: string,
  { startedAt, now, reconnects }: AttemptTimes,
): string => {
  const host = target.host === target.ip ? '' : ` (<${target.host}>)`;
  const elapsed = Math.max(0, now - startedAt);
  const secs = `${Math.floor(elapsed / 1000)}.${String(Math.floor(elapsed) % 1000).padStart(3, '0')} secs`;
  const again = reconnects > 0 ? `, ${reconnects} reconnects` : '';
  return `Started proxying to <${target.ip}>${host}${connectionInfo(target, sourceIp, user)} (${secs}${again})`;
};
