/** A password or token on its way through the server. Whatever prints it by accident prints `<hidden>`. */
import type { ByteString } from '@homing/wire';

const text = Symbol('secret');
const inspect = Symbol.for('nodejs.util.inspect.custom');
const hide = (): string => '<hidden>';

export type Secret = {
  readonly [text]: ByteString;
  readonly toString: () => string;
  readonly toJSON: () => string;
};

export const createSecret = (bytes: ByteString): Secret =>
  ({ [text]: bytes, toString: hide, toJSON: hide, [inspect]: hide }) as Secret;

export const revealSecret = (secret: Secret): ByteString => secret[text];
