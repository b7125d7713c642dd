/** `imap_id_send`: pairs of words or quoted strings; a value of `*` is our own (imap_id_reply_generate()). */
import { asciiLower, type ByteString, imapQuoted } from '@homing/wire';

/** We answer as the server whose protocol we speak: clients have workarounds by this name. */
const OWN: Readonly<Record<string, string>> = { name: 'Dovecot' };

const WORD = /"((?:[^"\\]|\\.)*)"|([^\s()"]+)/g;

export const imapIdReply = (setting: string): ByteString => {
  const words = [...setting.matchAll(WORD)].map(([, quoted, atom]) => quoted?.replace(/\\(.)/g, '$1') ?? atom ?? '');
  if (words.length === 0) return 'NIL';
  const pairs: ByteString[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const key = words[i] ?? '';
    const value = words[i + 1];
    pairs.push(`${imapQuoted(key)} ${nstring(value === '*' ? OWN[asciiLower(key)] : value)}`);
  }
  return `(${pairs.join(' ')})`;
};

const nstring = (value: string | undefined): ByteString => (value === undefined ? 'NIL' : imapQuoted(value));
