/** A password or token on its way through the server. Whatever prints it by accident prints `<hidden>`. */
import type { ByteString } from '@homing/wire';

const HIDDEN = '<hidden>';

class Secret {
  readonly #bytes: ByteString;

  constructor(bytes: ByteString) {
    this.#bytes = bytes;
  }

  static reveal(secret: Secret): ByteString {
    return secret.#bytes;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}

export type { Secret };

export const createSecret = (bytes: ByteString): Secret => new Secret(bytes);

export const revealSecret = (secret: Secret): ByteString => Secret.reveal(secret);
