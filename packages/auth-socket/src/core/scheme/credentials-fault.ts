/** Whether stored credentials can be read at all, for lookups that compare no password (passdb_get_credentials()). */
import type { ByteString } from '@homing/wire';
import { SCHEMES } from './schemes.ts';
import { decodeData, splitEncoding, splitScheme } from './stored-password.ts';
import { SchemeError } from './verdict.ts';

/** The text of the log, or undefined if a scheme we know can read the data. */
export const credentialsFault = (stored: ByteString, defaultScheme: string): string | undefined => {
  const { scheme: written, data } = splitScheme(stored, defaultScheme);
  const split = splitEncoding(written);
  const scheme = split && SCHEMES.get(split.name);
  if (split === undefined || scheme === undefined) return `Unknown scheme ${written}`;
  try {
    decodeData(data, split.encoding, scheme.encoding, scheme.rawLength);
    return undefined;
  } catch (error) {
    if (!(error instanceof SchemeError)) throw error;
    return `Password data is not valid for scheme ${written}: ${error.message}`;
  }
};
