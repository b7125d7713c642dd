/** TLS server names of `local_name`, compared without regard to ASCII case (dns_match_wildcard()). */
import { asciiLower } from '../language/quote.ts';

/** `*` before a dot stands for the rest of one label, `?` for any character. */
export const matchesName = (pattern: string, name: string): boolean => {
  const mask = asciiLower(pattern);
  const actual = asciiLower(name);
  let at = 0;
  let maskAt = 0;
  while (at < actual.length && maskAt < mask.length) {
    if (mask[maskAt] === '*') {
      const dot = actual.indexOf('.', at);
      if (dot === -1 || mask[maskAt + 1] !== '.') return false;
      at = dot;
      maskAt++;
    } else if (mask[maskAt] !== '?' && mask[maskAt] !== actual[at]) return false;
    at++;
    maskAt++;
  }
  if (mask[maskAt] === '*') maskAt++;
  return at === actual.length && maskAt === mask.length;
};
