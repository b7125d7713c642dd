/** All users of one passwd-file; bad lines are reported and left out, the first of two equal names wins. */
import type { ByteString } from '@homing/wire';
import { type Extra, isIgnored, type LineContext, type PasswdUser, parsePasswdLine } from './passwd-user.ts';

export type PasswdTable = ReadonlyMap<ByteString, PasswdUser>;

/** `complain` gets the line's number, counted from 1, and Dovecot's text. */
export const parsePasswdFile = (
  bytes: ByteString,
  context: LineContext,
  complain: (line: number, text: string) => void,
): PasswdTable => {
  const users = new Map<ByteString, PasswdUser>();
  const extras = new Map<ByteString, Extra>();
  let number = 0;
  for (const line of linesOf(bytes)) {
    number++;
    if (isIgnored(line)) continue;
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    if (users.has(name)) {
      complain(number, `User ${name} exists more than once`);
      continue;
    }
    const parsed = parsePasswdLine(line, context, extras);
    if ('error' in parsed) {
      complain(number, parsed.error);
      continue;
    }
    if (parsed.warning !== undefined) complain(number, parsed.warning);
    users.set(name, parsed.user);
  }
  return users;
};

/** Lines without their LF or CR LF; the last one may lack it. */
export function* linesOf(bytes: ByteString): Generator<ByteString> {
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf('\n', at);
    const end = lf === -1 ? bytes.length : lf;
    yield bytes.charCodeAt(end - 1) === 0x0d && end > at ? bytes.slice(at, end - 1) : bytes.slice(at, end);
    at = end + 1;
  }
}
