/** Which Dovecot is installed, if all is there that a backend needs. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAMS = ['/usr/sbin/dovecot', '/usr/lib/dovecot/imap', '/usr/lib/dovecot/pop3'];

export const installedSeries = (): '2.3' | '2.4' | undefined => {
  if (!PROGRAMS.every((file) => existsSync(file))) return undefined;
  const version = execFileSync('/usr/sbin/dovecot', ['--version'], { encoding: 'utf8' });
  if (version.startsWith('2.3.')) return '2.3';
  return version.startsWith('2.4.') ? '2.4' : undefined;
};
