/**
 * Dovecot 2.4: what a single process takes on its admin socket, `srv.<service>/<pid>` (lib-master/master-admin-client.c).
 *
 *     VERSION master-admin-client 1 0        VERSION master-admin-server 1 0      each side at once
 *     KICK-USER TAB user [TAB guid]          -> +count, or -text
 *
 * Commands are answered in their order.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { formatVersion, parseVersion } from '../line/version.ts';

const MAJOR = 1;
const MINOR = 0;

/** A reply without its LF. */
export const MASTER_ADMIN_MAX_LINE = 1023;

/** Whole lines. */
export const masterAdminClientHello = (): ByteString => `${formatVersion('master-admin-client', MAJOR, MINOR)}\n`;
export const masterAdminServerHello = (): ByteString => `${formatVersion('master-admin-server', MAJOR, MINOR)}\n`;

/** Throw `WireError('bad-version')`. */
export const parseMasterAdminServerVersion = (line: ByteString): number =>
  parseVersion(line, 'master-admin-server', MAJOR);
export const parseMasterAdminClientVersion = (line: ByteString): number =>
  parseVersion(line, 'master-admin-client', MAJOR);

/** `guid`: 32 hex digits, one session; undefined: all of the user in this process. */
export type AdminKick = { readonly user: ByteString; readonly guid: ByteString | undefined };

/** Without its LF. */
export const formatAdminKick = ({ user, guid }: AdminKick): ByteString =>
  joinTabs(['KICK-USER', user, ...(guid === undefined ? [] : [guid])]);

/** Refusals are the texts of `-` replies. */
export const parseAdminKick = (line: ByteString): AdminKick | { refusal: string } => {
  const [cmd, user, guid] = splitTabs(line);
  if (cmd !== 'KICK-USER') return { refusal: 'Unknown command' };
  return user === undefined ? { refusal: 'Missing parameter' } : { user, guid };
};

export type AdminReply = { reply: 'ok'; count: number } | { reply: 'error'; text: ByteString };

/** Without its LF. */
export const parseAdminReply = (line: ByteString): AdminReply => {
  if (line.startsWith('-')) return { reply: 'error', text: line.slice(1) };
  const count = line.startsWith('+') ? parseUint32(line.slice(1)) : undefined;
  if (count === undefined) throw new WireError('bad-line', 'invalid reply from an admin socket');
  return { reply: 'ok', count };
};

export const formatAdminReply = (reply: AdminReply): ByteString =>
  reply.reply === 'ok' ? `+${reply.count}` : `-${reply.text}`;
