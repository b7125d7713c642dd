/**
 * Passwords and keys in doveconf's output (hide_secrets_from_value(), 2.3): by the setting's name, or a word like
 * `pass=…` in the middle of a value, or the user part of a URL.
 */
import { backslash } from '../language/quote.ts';

const HIDDEN = '#hidden_use-P_to_show#';
const wholeSuffixes = ['_password', '_key', '_nonce'];

const isWholeSecret = (key: string): boolean =>
  key.startsWith('ssl_dh') || wholeSuffixes.some((suffix) => key.endsWith(suffix) && key.length > suffix.length);

const space = /[\s]/;

/** First place at or after `at` where a secret may begin. */
const nextSecret = (value: string, at: number): { start: number; word: string } | undefined => {
  const pattern = /key|secret|pass|https?:\/\/|ftp:\/\//g;
  pattern.lastIndex = at;
  const match = pattern.exec(value);
  return match === null ? undefined : { start: match.index, word: match[0] };
};

const skipUntil = (value: string, from: number, stop: (char: string) => boolean): number => {
  let at = from;
  while (at < value.length && !stop(value.charAt(at))) at++;
  return at;
};

type Piece = { readonly shown: string; readonly next: number };

/** `https://user:password@host`: from `done` to the end of the user part. */
const hideUrlUser = (value: string, done: number, user: number): Piece => {
  const end = skipUntil(value, user, (char) => space.test(char) || char === '/' || char === '@');
  const hasUser = value[end] === '@' && end > user;
  return { shown: value.slice(done, user) + (hasUser ? HIDDEN : value.slice(user, end)), next: end };
};

/** `pass = secret`: from `done` to the end of the value after `=`. */
const hideAssigned = (value: string, done: number, start: number): Piece => {
  const name = skipUntil(value, start, (char) => char === '=' || space.test(char));
  const sign = skipUntil(value, name, (char) => !space.test(char));
  if (value[sign] !== '=') return { shown: value.slice(done, sign), next: sign };
  const end = skipUntil(value, sign, (char) => space.test(char) || char === ';' || char === ':');
  return { shown: `${value.slice(done, sign)}=${HIDDEN}`, next: end };
};

/** With nothing to hide: undefined. A word like `nopassword` is none. */
const hideWords = (value: string): string | undefined => {
  let shown = '';
  let done = 0;
  let found = nextSecret(value, 0);
  const any = found !== undefined;
  while (found !== undefined) {
    const { start, word } = found;
    let next = start + 1;
    if (word.endsWith('://') || start === 0 || !/[a-zA-Z0-9]/.test(value.charAt(start - 1))) {
      const piece = word.endsWith('://')
        ? hideUrlUser(value, done, start + word.length)
        : hideAssigned(value, done, start);
      shown += piece.shown;
      done = piece.next;
      next = piece.next;
    }
    found = nextSecret(value, next);
  }
  return any ? shown + value.slice(done) : undefined;
};

const needsQuotes = (value: string): boolean => value.includes('#') || /^[ \t]|[ \t]$/.test(value);

/** The value as it stands after `key = `. A value in which something was looked for loses its quotes, as there. */
export const printValue = (key: string, value: string, hideSecrets: boolean): string => {
  if (hideSecrets) {
    if (value !== '' && isWholeSecret(key)) return '# hidden, use -P to show it';
    const hidden = hideWords(needsQuotes(value) ? backslash(value) : value);
    if (hidden !== undefined) return hidden;
  }
  return needsQuotes(value) ? `"${backslash(value)}"` : value;
};
