/**
 * The director, and where it finds its auth server: in this process if a passdb is configured, else a real Dovecot's at
 * `homing_auth_login_socket` and `homing_auth_userdb_socket` (by default where Dovecot's own director looks:
 * `base_dir/auth-login` and `base_dir/auth-userdb`).
 */
import { lookup } from 'node:dns/promises';
import type { AuthServer } from '@homing/auth-socket';
import type { Config, Settings } from '@homing/config';
import { createDirector, type DirectorService, type FlushTarget } from '@homing/director-ring';
import { type Connect, captureProgram, connectInProcess, connectTcpProtocol, connectUnix, type Log } from '@homing/io';
import { runsDirector } from '../plan/listener-plan.ts';

/** Spec of the director: `auth-login` is tried for a second. */
const AUTH_RETRY_MS = 1000;

/** `undefined` if no mail servers are configured. */
export const startDirector = async (
  config: Config,
  auth: AuthServer | undefined,
  connectIpc: Connect,
  log: Log,
): Promise<DirectorService | undefined> => {
  if (!runsDirector(config)) return undefined;
  const settings = config.settings();
  const own = log.service('director');
  return createDirector({
    settings,
    log: own,
    connectAuth: auth === undefined ? connectUpstream(settings, own) : connectOwn(auth),
    connectIpc,
    resolve,
    flush: { connect: (target) => connectFlush(target, settings.base_dir, own), run: captureProgram },
    now: () => performance.timeOrigin + performance.now(),
  });
};

const connectOwn = (auth: AuthServer): { login: Connect; userdb: Connect } => ({
  login: connectInProcess(auth.serve('login', undefined)),
  userdb: connectInProcess(auth.serve('userdb', undefined)),
});

const connectUpstream = (settings: Settings, log: Log): { login: Connect; userdb: Connect } => ({
  login: connectUnix(settings.homing_auth_login_socket || `${settings.base_dir}/auth-login`, log, AUTH_RETRY_MS),
  userdb: connectUnix(settings.homing_auth_userdb_socket || `${settings.base_dir}/auth-userdb`, log, AUTH_RETRY_MS),
});

const connectFlush = (target: Exclude<FlushTarget, { scheme: 'exec' }>, baseDir: string, log: Log): Connect => {
  if (target.scheme === 'tcp') return connectTcpProtocol(target.host, target.port, log);
  return connectUnix(target.path.startsWith('/') ? target.path : `${baseDir}/${target.path}`, log);
};

const resolve = async (name: string): Promise<readonly string[]> => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};
