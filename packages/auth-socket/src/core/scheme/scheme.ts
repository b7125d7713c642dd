/** One password scheme: how its data is encoded and how a password is checked against it. */
import type { ByteString } from '@homing/wire';
import type { Encoding } from './stored-password.ts';

/** crypt(3): the hash of `password` under `setting` (a setting, or a whole hash); rejects or throws SchemeError. */
export type Crypt = (password: ByteString, setting: ByteString) => ByteString | Promise<ByteString>;

export type CheckContext = { readonly user: ByteString; readonly crypt: Crypt };

export type Scheme = {
  readonly encoding: Encoding;
  /** Length of the decoded data, 0 for any. */
  readonly rawLength: number;
  /** Takes milliseconds, in a thread: only so many may wait. */
  readonly isSlow?: true;
  /** Throws SchemeError where `raw` is not data of this scheme. */
  readonly check: (plain: ByteString, raw: ByteString, context: CheckContext) => boolean | Promise<boolean>;
};
