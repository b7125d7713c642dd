/** A real Dovecot of the 2.3 series. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Finished, familyOf, run } from './process.ts';
import { type Server, type ServerOptions, startServer } from './server.ts';

export type Dovecot = Server & {
  /** Runs Debian's doveadm with this instance's configuration. */
  doveadm(...args: string[]): Promise<Finished>;
  /** The master and everything it has started, for killing. */
  processes(): number[];
};

export type DovecotOptions = ServerOptions;

const DOVECOT = '/usr/sbin/dovecot';
const DOVEADM = '/usr/bin/doveadm';
/** Only 2.3 has it; Debian 13's Dovecot is a 2.4. */
const DIRECTOR = '/usr/lib/dovecot/director';

/** Why interop tests cannot run here, or undefined if they can. */
export const dovecotMissing = (): string | undefined => {
  if (!existsSync(DOVECOT) || !existsSync(DOVEADM)) {
    return `no ${DOVECOT}: apt-get install dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd`;
  }
  return existsSync(DIRECTOR) ? undefined : `${DOVECOT} is no Dovecot 2.3: it has no director`;
};

/** `2.3.19.1 (9b53102964)` */
export const dovecotVersion = async (): Promise<string> => (await run(DOVECOT, ['--version'])).stdout.trim();

export const startDovecot = async (options: DovecotOptions): Promise<Dovecot> => {
  const server = await startServer({ name: 'Dovecot', command: DOVECOT, common }, options);
  return {
    ...server,
    doveadm: (...args) => doveadm(server.configFile, ...args),
    processes: () => familyOf(server.pid),
  };
};

/** Debian's doveadm; `configFile` may also be one of ours. */
export const doveadm = (configFile: string, ...args: string[]): Promise<Finished> =>
  run(DOVEADM, ['-c', configFile, ...args]);

/** In both languages. */
export const ROOM_FOR_MANY = `default_client_limit = 10000
default_process_limit = 1000
service anvil {
  client_limit = 10000
}
service stats {
  client_limit = 10000
}
service auth {
  client_limit = 10000
}`;

const common = (dir: string): string => `
state_dir = ${dir}/state
ssl = no
disable_plaintext_auth = no
listen = 127.0.0.1
${ROOM_FOR_MANY}
service imap-login {
  service_count = 0
}
service pop3-login {
  service_count = 0
}
first_valid_uid = 1
${process.getuid?.() === 0 ? '' : unprivileged()}`;

const CHROOTED = ['anvil', 'imap-login', 'pop3-login', 'director', 'ipc', 'dns-client', 'stats'];

/** Settings of a Dovecot without root: everything runs as one user and nothing is chrooted. */
export const unprivileged = (chrooted: readonly string[] = CHROOTED): string => {
  const { username } = userInfo();
  // A number is not enough: Dovecot looks the group up by name.
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  return [
    `default_internal_user = ${username}`,
    `default_login_user = ${username}`,
    `default_internal_group = ${group}`,
    ...chrooted.map((name) => `service ${name} {\n  chroot =\n}`),
  ].join('\n');
};
