/** Replies of the director that several commands read alike. */
import { type ByteString, type IpAddress, parseIpAddress } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import type { Context } from '../context.ts';
import type { Director } from './connection.ts';

/** The connection ended before the reply. */
export const disconnected = ({ path }: Director, context: Context): void => {
  context.error(`${path} unexpectedly disconnected`);
  context.exitCode = EXIT.tempFail;
};

/** Lines up to the empty one that ends a list. */
export async function* listRows(director: Director, context: Context): AsyncGenerator<ByteString> {
  for (;;) {
    const line = await director.next();
    if (line === undefined) return disconnected(director, context);
    if (line === '') return;
    yield line;
  }
}

/** The addresses of a host argument, or undefined after saying that there are none. */
export const addressesOf = async (name: string, context: Context): Promise<readonly IpAddress[] | undefined> => {
  const ip = parseIpAddress(name);
  if (ip !== undefined) return [ip];
  try {
    const addresses = await context.host.resolve(name);
    return addresses.flatMap((address) => parseIpAddress(address) ?? []);
  } catch (error) {
    context.error(`gethostname(${name}) failed: ${(error as Error).message}`);
    context.exitCode = EXIT.tempFail;
    return undefined;
  }
};
