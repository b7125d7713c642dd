/** PLAIN, CLEAR, CLEARTEXT: the password itself. PLAIN-TRUNC: `<length>-<password>`, perhaps only its beginning. */
import { equalInConstantTime } from './equal.ts';
import type { Scheme } from './scheme.ts';
import { SchemeError } from './verdict.ts';

export const plain: Scheme = { encoding: 'none', rawLength: 0, check: (given, raw) => equalInConstantTime(given, raw) };

export const plainTrunc: Scheme = {
  encoding: 'none',
  rawLength: 0,
  check(given, raw) {
    const [prefix, length] = /^(\d*)-/.exec(raw) ?? [];
    if (prefix === undefined) throw new SchemeError('PLAIN-TRUNC missing length: prefix');
    const kept = raw.slice(prefix.length);
    // Of no characters at all: Dovecot lets every password in.
    const isCut = kept !== '' && kept.length === Number(length) && given.length >= kept.length;
    return equalInConstantTime(isCut ? given.slice(0, kept.length) : given, kept);
  },
};
