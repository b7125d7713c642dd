/**
 * The line that opens most of Dovecot's protocols: `VERSION<TAB>service<TAB>major<TAB>minor`
 * (lib/version.c: version_string_verify_full()). Majors must agree, minors only tell what the peer knows more.
 */
import type { ByteString } from './bytes.ts';
import { WireError } from './errors.ts';
import { splitTabs } from './escape.ts';
import { parseUint32 } from './number.ts';

export const formatVersion = (service: string, major: number, minor: number): ByteString =>
  `VERSION\t${service}\t${major}\t${minor}`;

/** The peer's minor version. Throws `WireError('bad-version')` for another service, major or form. */
export const parseVersion = (line: ByteString, service: string, major: number): number => {
  const [word, name, theirs, minor] = splitTabs(line);
  const value = parseUint32(minor);
  if (word !== 'VERSION' || name !== service || parseUint32(theirs) !== major || value === undefined) {
    throw new WireError('bad-version', `expected ${service} version ${major}`);
  }
  return value;
};
