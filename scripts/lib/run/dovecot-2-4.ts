/** Dovecot 2.4, as Debian 13 has it: a backend like any other, though it has no director to compare ours with. */
import { unprivileged } from '../../../packages/homing/interop/lib/dovecot.ts';
import { type Server, type ServerOptions, startServer } from '../../../packages/homing/interop/lib/server.ts';

export const startDovecot24 = (options: ServerOptions): Promise<Server> =>
  startServer({ name: 'Dovecot', command: '/usr/sbin/dovecot', first, common }, options);

const first = 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n';

const common = (dir: string): string => `
state_dir = ${dir}/state
ssl = no
auth_allow_cleartext = yes
first_valid_uid = 1
${process.getuid?.() === 0 ? '' : unprivileged(['anvil', 'imap-login', 'pop3-login', 'dns-client', 'stats'])}`;
