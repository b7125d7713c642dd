/** Where a benchmark ran: a number without its machine says nothing. */
import { cpus } from 'node:os';
import { dovecotVersion } from '../interop/lib/dovecot.ts';

export type Machine = { readonly cpu: string; readonly cores: number; readonly node: string; readonly dovecot: string };

export const thisMachine = async (): Promise<Machine> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.versions.node,
  dovecot: await dovecotVersion(),
});
