/** Comparison whose time depends on the lengths only, never on where two byte strings differ. */
import type { ByteString } from '@homing/wire';

export const equalInConstantTime = (a: ByteString, b: ByteString): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
};
