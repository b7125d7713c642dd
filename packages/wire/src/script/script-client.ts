/**
 * The `script` service's protocol, client side (lib-program-client/program-client-remote.c): how the director runs its
 * flush script.
 *
 *     client > VERSION\tscript\t4\t0\n-\n<arg>\n...\n\n     one write, arguments tab-escaped
 *     server > free text, then '+' or '-' and LF as the very last two bytes, then EOF
 */
import type { ByteString } from '../line/bytes.ts';
import { escapeTab } from '../line/escape.ts';

export const encodeScriptRequest = (args: readonly ByteString[]): ByteString =>
  `VERSION\tscript\t4\t0\n-\n${args.map((arg) => `${escapeTab(arg)}\n`).join('')}\n`;

export type ScriptReply =
  | { result: 'success'; output: ByteString }
  | { result: 'failure'; output: ByteString }
  /** `reason`: Dovecot's log text. */
  | { result: 'internal-failure'; reason: string };

/** `reply`: everything received up to EOF. */
export const parseScriptReply = (reply: ByteString): ScriptReply => {
  if (reply === '') return { result: 'internal-failure', reason: 'No result code received from remote' };
  if (reply.length < 2) return { result: 'internal-failure', reason: 'Received too short result code from remote' };
  if (!reply.endsWith('\n')) return { result: 'internal-failure', reason: 'Missing LF in result code' };
  const code = reply.charCodeAt(reply.length - 2);
  const output = reply.slice(0, -2);
  if (code === 0x2b) return { result: 'success', output };
  if (code === 0x2d) return { result: 'failure', output };
  const shown =
    code >= 0x20 && code < 0x7f ? `'${String.fromCharCode(code)}'` : `0x${code.toString(16).padStart(2, '0')}`;
  return { result: 'internal-failure', reason: `Unexpected result code ${shown}` };
};
