/**
 * Dovecot 2.4: the first lines on the `anvil` socket (anvil/anvil-connection.c). 2.3 speaks another protocol there.
 *
 *     VERSION anvil-server 2 0     at once
 *     VERSION anvil-client 2 0     then an empty line, where processes that take commands would name themselves
 */
import type { ByteString } from '../line/bytes.ts';
import { formatVersion, parseVersion } from '../line/version.ts';

const MAJOR = 2;
const MINOR = 0;

/** Whole lines. */
export const anvilClientHello = (): ByteString => `${formatVersion('anvil-client', MAJOR, MINOR)}\n\n`;
export const anvilServerHello = (): ByteString => `${formatVersion('anvil-server', MAJOR, MINOR)}\n`;

/** Throw `WireError('bad-version')`. */
export const parseAnvilServerVersion = (line: ByteString): number => parseVersion(line, 'anvil-server', MAJOR);
export const parseAnvilClientVersion = (line: ByteString): number => parseVersion(line, 'anvil-client', MAJOR);
