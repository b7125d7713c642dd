/** Settings whose meaning we cannot give: who relies on them must not learn it from a break-in. */
import type { LoginSettings } from './settings.ts';

/**
 * Why a client may not come in: a check that the operator wants passes its socket to another process, which Node cannot.
 * Dovecot's line for a refusal, with the socket that would have been asked.
 */
export const accessRefusal = (
  { login_access_sockets: sockets }: Pick<LoginSettings, 'login_access_sockets'>,
  rip: string,
): string | undefined => {
  const [first] = sockets.split(' ').filter((socket) => socket !== '');
  if (first === undefined) return undefined;
  return `access(${first}): Client refused (rip=${rip}): login_access_sockets is not supported`;
};

/** Shared objects for Dovecot's own processes. */
export const pluginWarning = ({ login_plugins: plugins }: Pick<LoginSettings, 'login_plugins'>): string | undefined =>
  plugins.trim() === '' ? undefined : `login_plugins=${plugins} are for Dovecot's login processes, they are not loaded`;
