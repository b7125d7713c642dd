/** `*` for any bytes and `?` for one (lib/wildcard-match.c); linear in the text for each `*`. */

export const wildcardMatch = (text: string, mask: string): boolean => {
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
