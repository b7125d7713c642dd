/**
 * The tagged OK an IMAP client gets for its login, made from the backend's (imap-proxy.c, client_send_login_reply). A
 * client that sent CAPABILITY itself ignores the response code, so it gets the list untagged; every other one gets it
 * inside the reply, whether the backend said it there, untagged or only in its banner.
 */
import { asciiUpper, type ByteString } from '@homing/wire';
import type { ProxiedSession } from '../proxy-login.ts';

const CODE = '[CAPABILITY ';

/** One or two whole lines with CRLF. */
export const imapLoginReply = (
  tag: ByteString,
  { reply, capability }: Pick<ProxiedSession, 'reply' | 'capability'>,
  sentCapability: boolean,
): ByteString => {
  const isTold = asciiUpper(reply.slice(0, CODE.length)) === CODE;
  const list = isTold ? codeArguments(reply) : capability;
  if (list === undefined) return `${tag} OK ${reply}\r\n`;
  if (sentCapability) return `* CAPABILITY ${list}\r\n${tag} OK ${reply}\r\n`;
  if (isTold) return `${tag} OK ${reply}\r\n`;
  return `${tag} OK ${CODE}${list}] ${withoutCode(reply)}\r\n`;
};

const codeArguments = (reply: ByteString): ByteString => {
  const end = reply.indexOf(']');
  return reply.slice(CODE.length, end === -1 ? undefined : end);
};

/** A reply has room for one response code. Dovecot 2.3 leaves the closing bracket of the one it drops; we do not. */
const withoutCode = (reply: ByteString): ByteString => {
  if (!reply.startsWith('[')) return reply;
  const end = reply.indexOf(']');
  return end === -1 ? reply : reply.slice(end + 1).trimStart();
};
