/**
 * A real Dovecot 2.4, Debian 13's: the machine's own, or the one that scripts/dovecot24 keeps in a folder, which sees the
 * temporary folder, users and groups of the machine. So paths and owners are the same inside and outside.
 */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Dovecot, DovecotOptions } from './dovecot.ts';
import { ROOM_FOR_MANY, unprivileged } from './dovecot.ts';
import { type Finished, familyOf, run } from './process.ts';
import { startServer } from './server.ts';

const SCRIPT = fileURLToPath(new URL('../../../../scripts/dovecot24', import.meta.url));

/** The script replaces itself with the command, which it looks for in Debian 13's PATH. */
const inside = { TMPDIR: tmpdir() };

/** Why there is no Dovecot 2.4 here, or undefined if there is one. */
export const dovecot24Missing = (): string | undefined => {
  const { status, stderr, stdout } = spawnSync(SCRIPT, ['dovecot', '--version'], { encoding: 'utf8' });
  if (status === 0 && stdout.startsWith('2.4.')) return undefined;
  return stderr.trim() || `scripts/dovecot24 dovecot --version says ${JSON.stringify(stdout)}`;
};

/** `2.4.1-4 (7d8c0e5759)` */
export const dovecot24Version = async (): Promise<string> => (await run24('dovecot', '--version')).stdout.trim();

export const startDovecot24 = async (options: DovecotOptions): Promise<Dovecot> => {
  const server = await startServer(
    { name: 'Dovecot 2.4', command: 'dovecot', first: FIRST, common },
    { ...options, enter: [SCRIPT, ...(options.enter ?? [])], env: { ...options.env, ...inside } },
  );
  return {
    ...server,
    doveadm: (...args) => doveadm24(server.configFile, ...args),
    processes: () => familyOf(server.pid),
  };
};

/** 2.4's doveadm; `configFile`, in 2.4's language, lies below the temporary folder. */
export const doveadm24 = (configFile: string, ...args: string[]): Promise<Finished> =>
  run24('doveadm', '-c', configFile, ...args);

const run24 = (...command: string[]): Promise<Finished> => run(SCRIPT, command, { env: { ...process.env, ...inside } });

/** Of a service whose processes serve more than one client, as a busy 2.4 has them. */
export const BUSY_24 = '  restart_request_count = unlimited\n  client_limit = 1000\n';

const FIRST = `dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
`;

const common = (dir: string): string => `
state_dir = ${dir}/state
ssl = no
auth_allow_cleartext = yes
listen = 127.0.0.1
${ROOM_FOR_MANY}
first_valid_uid = 1
${process.getuid?.() === 0 ? '' : unprivileged(CHROOTED)}`;

const CHROOTED = ['anvil', 'imap-login', 'pop3-login', 'submission-login', 'managesieve-login', 'dns-client', 'stats'];
