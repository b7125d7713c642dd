/**
 * 2.4 clients name their service `protocol=imap`, 2.3 clients `service=imap`. A 2.4 server takes both; a 2.3 server drops
 * the connection of whoever says `protocol=` alone (`didn't specify service in request`).
 */
import type { ByteString } from '../line/bytes.ts';

/** How many fields stand between a command's word and its parameters. What is in them is a name, whatever it looks like. */
const ARGUMENTS = [
  ['AUTH\t', 2], // id, mechanism
  ['PASS\t', 2], // id, user
  ['USER\t', 2],
  ['LIST\t', 1], // id
] as const;

/** A client's line, without LF, as a server of the 2.3 series reads it: with `service=` for `protocol=`. */
export const withServiceKey = (line: ByteString): ByteString => {
  const args = ARGUMENTS.find(([word]) => line.startsWith(word))?.[1];
  if (args === undefined) return line;
  let tab = line.indexOf('\t');
  for (let n = 0; n < args && tab !== -1; n++) tab = line.indexOf('\t', tab + 1);
  const key = tab === -1 ? -1 : line.indexOf('\tprotocol=', tab);
  return key === -1 ? line : `${line.slice(0, key)}\tservice=${line.slice(key + '\tprotocol='.length)}`;
};
