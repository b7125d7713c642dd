import { errnoText, errorCode } from '@homing/io';

/** Why the file system refuses, in strerror(3)'s words, and which path. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (!('syscall' in error)) return error.message;
  const path = 'path' in error ? `(${String(error.path)})` : '()';
  return `${String(error.syscall)}${path} failed: ${errnoText(errorCode(error))}`;
};
