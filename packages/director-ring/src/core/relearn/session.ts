import type { ByteString, IpAddress } from '@homing/wire';

/**
 * Of a login process that lived on. `username`: without a master user's part. `ip`: whom the director had chosen, as far as
 * the process tells it (ours do), else where the session is.
 */
export type Session = { readonly username: ByteString; readonly ip: IpAddress };
