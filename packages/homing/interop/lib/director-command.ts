/** `doveadm director` of a Dovecot 2.3, which is there sooner than homeadm, at Homing's director. */
import type { Dovecot } from './dovecot.ts';
import type { Server } from './server.ts';

/** What it prints. Rejects with its words if it fails. */
export const directorCommand = async (
  dovecot23: Dovecot,
  homing: Server,
  command: string,
  ...args: string[]
): Promise<string> => {
  const at = ['-a', homing.socket('director-admin')];
  const { code, stdout, stderr } = await dovecot23.doveadm('director', command, ...at, ...args);
  if (code !== 0 || stderr !== '') throw new Error(`${command} ${args.join(' ')}: status ${code}, ${stderr}`);
  return stdout;
};
