/** The VERSION line of an auth server: any minor number of major 1, which 2.3 and 2.4 both speak (lib-auth). */
import { AUTH_MAJOR, type ByteString, parseAuthMasterVersion, WireError } from '@homing/wire';

/** What is wrong with it, in Dovecot's words. */
export const checkVersion = (line: ByteString): string | undefined => {
  try {
    const { major } = parseAuthMasterVersion(line);
    if (major === AUTH_MAJOR) return undefined;
    return `Socket supports major version ${major}, but we support only ${AUTH_MAJOR} (mixed old and new binaries?)`;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return `Auth server sent invalid version line: ${line}`;
  }
};
