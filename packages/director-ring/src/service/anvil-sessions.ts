/** Asks anvil of Dovecot 2.4 which sessions login processes have. Any number of them; nothing is kept here. */
import type { Connect } from '@homing/io';
import {
  ANVIL_CLIENT_MAX_LINE,
  anvilClientHello,
  type ByteString,
  formatAnvilClientCommand,
  parseAnvilServerVersion,
  parseAnvilSession,
  parseConnectDumpHeader,
  WireError,
} from '@homing/wire';
import { type ProxiedSession, proxiedSession } from '../core/session-kick/proxied-session.ts';
import { askLines } from './line-dialogue.ts';

/** Of Dovecot's own clients of 2.4.0 to 2.4.2; later ones wait for 30 s. */
const SILENCE_MS = 5000;

/** More than a machine can have; a list without an end does not come to one otherwise. */
const MOST_ROWS = 1_000_000;

/** Resolves behind the last session. Rejects with the reason why there may be more. */
export const askAnvilSessions = (
  connect: Connect,
  onSession: (session: ProxiedSession) => void,
  signal: AbortSignal,
): Promise<void> => {
  let at: 'version' | 'header' | 'rows' = 'version';
  let fields: readonly ByteString[] = [];
  let rows = 0;
  const onLine = (line: ByteString): boolean => {
    if (at === 'version') {
      parseAnvilServerVersion(line);
      at = 'header';
      return false;
    }
    if (at === 'header') {
      fields = parseConnectDumpHeader(line);
      at = 'rows';
      return false;
    }
    const row = parseAnvilSession(line);
    if (row === undefined) return true;
    if (++rows > MOST_ROWS) throw new WireError('bad-line', `more than ${MOST_ROWS} sessions`);
    const session = proxiedSession(row, fields);
    if (session !== undefined) onSession(session);
    return false;
  };
  const question = `${anvilClientHello()}${formatAnvilClientCommand({ cmd: 'CONNECT-DUMP' })}\n`;
  return askLines({ connect, question, maxLine: ANVIL_CLIENT_MAX_LINE, silenceMs: SILENCE_MS, onLine, signal });
};
