/** Passwords that are not on the command line. */
import type { ByteString } from '@homing/wire';
import { EXIT } from '../core/command/command.ts';
import { Fatal } from '../core/command/fatal.ts';
import type { Context } from './context.ts';

/**
 * Dovecot's doveadm takes the end of its input for an empty password, so `echo secret | doveadm pw` makes a hash that lets
 * everybody in. An empty line is an empty password here too; no line is none.
 */
export const askPassword = async (prompt: string, { host }: Pick<Context, 'host'>): Promise<ByteString> => {
  const password = await host.readPassword(prompt);
  if (password === undefined) throw new Fatal('The input has ended before a password', EXIT.tempFail);
  return password;
};
