/**
 * Lines of an IMAP backend during the login dialogue, sorted by what they answer. Tags are Dovecot's: `I` ID,
 * `S` STARTTLS, `C` CAPABILITY, `L` login (imap-login/imap-proxy.c, imap_proxy_parse_line, which this follows in what it
 * compares with and without regard to case).
 */
import { asciiUpper, type ByteString } from '../line/bytes.ts';

export type ImapBackendReply =
  | { cmd: '+'; text: ByteString | undefined }
  | { cmd: 'S' | 'C' | 'L'; isOk: boolean; text: ByteString }
  | { cmd: 'I' }
  | { cmd: '* CAPABILITY'; list: ByteString }
  | { cmd: '* ID' | '* BYE' }
  | { cmd: '*' }
  | { cmd: 'unknown' };

/** `text` of a tagged reply is all after the tag, of `L OK` all after `OK`; of `+` undefined unless a space follows. */
export const parseImapBackendReply = (line: ByteString): ImapBackendReply => {
  if (line.startsWith('+')) return { cmd: '+', text: line[1] === ' ' ? line.slice(2) : undefined };
  if (line.startsWith('S ')) return tagged('S', line);
  if (line.startsWith('L ')) return tagged('L', line);
  if (line.startsWith('C ')) return tagged('C', line);
  const upper = asciiUpper(line.slice(0, 13));
  if (upper.startsWith('I ')) return { cmd: 'I' };
  if (upper === '* CAPABILITY ') return { cmd: '* CAPABILITY', list: line.slice(13) };
  if (upper.startsWith('* ID ')) return { cmd: '* ID' };
  if (line.startsWith('* BYE ')) return { cmd: '* BYE' };
  if (line.startsWith('* ')) return { cmd: '*' };
  return { cmd: 'unknown' };
};

const tagged = (cmd: 'S' | 'C' | 'L', line: ByteString): ImapBackendReply =>
  line.startsWith(`${cmd} OK `) ? { cmd, isOk: true, text: line.slice(5) } : { cmd, isOk: false, text: line.slice(2) };

export type ImapBackendBanner = { capability: ByteString | undefined };

/** Undefined if the line is no `* OK ` greeting (`* BYE`, `* PREAUTH`, another protocol). */
export const parseImapBackendBanner = (line: ByteString): ImapBackendBanner | undefined => {
  if (!line.startsWith('* OK ')) return undefined;
  const code = '[CAPABILITY ';
  if (!line.startsWith(code, 5)) return { capability: undefined };
  const end = line.indexOf(']');
  return { capability: line.slice(5 + code.length, end === -1 ? undefined : end) };
};

export const hasCapability = (list: ByteString, name: string): boolean => asciiUpper(list).split(' ').includes(name);
