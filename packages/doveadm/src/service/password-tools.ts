/** What `pw` needs of the password schemes; given by the composition root, since services do not import each other. */
import type { ByteString } from '@homing/wire';

export type PasswordTools = {
  schemes(): Promise<readonly string[]>;
  /** `{SCHEME}data`; undefined for an unknown scheme. `rounds` 0: the scheme's default. Rejects with the log's words. */
  generate(
    scheme: string,
    wish: { plain: ByteString; user: ByteString | undefined; rounds: number },
  ): Promise<ByteString | undefined>;
  /** True, false, or what is wrong with the hash. */
  verify(plain: ByteString, hash: ByteString, user: ByteString | undefined): Promise<boolean | { failure: string }>;
};
