/** `*` for any bytes and `?` for one (lib/wildcard-match.c); linear in the text for each `*`. */
import type { ByteString } from '@homing/wire';

export const wildcardMatch = (text: ByteString, mask: ByteString): boolean => {
  let t = 0;
  let m = 0;
  let star = -1;
  let retry = 0;
  while (t < text.length) {
    if (m < mask.length && mask[m] === '*') {
      star = m++;
      retry = t;
    } else if (m < mask.length && (mask[m] === '?' || mask[m] === text[t])) {
      m++;
      t++;
    } else if (star !== -1) {
      m = star + 1;
      t = ++retry;
    } else return false;
  }
  while (mask[m] === '*') m++;
  return m === mask.length;
};
