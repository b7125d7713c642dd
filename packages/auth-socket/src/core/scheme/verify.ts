/** Checks a given password against a stored one: scheme, encoding, comparison. */
import { type ByteString, rememberLast } from '@homing/wire';
import type { CheckContext, Crypt, Scheme } from './scheme.ts';
import { SCHEMES } from './schemes.ts';
import { decodeData, type Encoding, splitEncoding, splitScheme } from './stored-password.ts';
import { SchemeError, type Verdict, type VerifyPassword } from './verdict.ts';

/**
 * `crypt` computes the slow `$1$`, `$5$`, `$6$` and DES hashes, in a thread or in place. While `maxPending` slow checks
 * have not ended the next one fails at once, so that a storm of logins cannot take all memory.
 */
export const createVerifyPassword = (crypt: Crypt, maxPending: number): VerifyPassword => {
  const schemeNamed = rememberLast(findScheme);
  let pending = 0;
  const ended = (verdict: Verdict): Verdict => {
    pending--;
    return verdict;
  };
  return (plain, stored, defaultScheme, user = '') => {
    const { scheme: written, data } = splitScheme(stored, defaultScheme);
    const found = schemeNamed(written);
    if (found === undefined) return 'unknown-scheme';
    if (found.scheme.isSlow && pending >= maxPending) return { failure: `${pending} password checks are waiting` };
    const verdict = run(found, written, plain, data, { user, crypt });
    if (!(verdict instanceof Promise)) return verdict;
    pending++;
    return verdict.then(ended, (error: unknown) => {
      pending--;
      throw error;
    });
  };
};

/** The scheme's name as the log prints it: `Unknown scheme X`. */
export const schemeOf = (stored: ByteString, defaultScheme: string): string =>
  splitScheme(stored, defaultScheme).scheme;

/** Whether passwords of this scheme can be checked at all; for settings, where a typo should stop the start. */
export const isKnownScheme = (name: string): boolean => findScheme(name) !== undefined;

type Found = { scheme: Scheme; encoding: Encoding | 'default' };

/** As nearly everybody writes them: upper case, no encoding. */
const USUAL: ReadonlyMap<string, Found> = new Map(
  [...SCHEMES].map(([name, scheme]) => [name, { scheme, encoding: 'default' }]),
);

const findScheme = (written: string): Found | undefined => {
  const usual = USUAL.get(written);
  if (usual !== undefined) return usual;
  const split = splitEncoding(written);
  const scheme = split && SCHEMES.get(split.name);
  return scheme && { scheme, encoding: split.encoding };
};

const run = (
  { scheme, encoding }: Found,
  written: string,
  plain: ByteString,
  data: ByteString,
  context: CheckContext,
): Verdict | Promise<Verdict> => {
  let raw: ByteString;
  try {
    raw = decodeData(data, encoding, scheme.encoding, scheme.rawLength);
  } catch (error) {
    return failure(`Password data is not valid for scheme ${written}`, error);
  }
  try {
    const verdict = scheme.check(plain, raw, context);
    return typeof verdict === 'boolean' ? verdict : verdict.catch((error: unknown) => failure(INVALID, error));
  } catch (error) {
    return failure(INVALID, error);
  }
};

const INVALID = 'Invalid password in passdb';

const failure = (what: string, error: unknown): Verdict => {
  if (!(error instanceof SchemeError)) throw error;
  return { failure: `${what}: ${error.message}` };
};
