/** `*` for any bytes and `?` for one, as in `user 'a*@example.com'`. */
import type { ByteString } from '@homing/wire';

export const matchesMask = (text: ByteString, mask: ByteString): boolean => {
  let [t, m, star, retry] = [0, 0, -1, 0];
  while (t < text.length) {
    if (mask[m] === '*') {
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
  return /^\**$/.test(mask.slice(m));
};
