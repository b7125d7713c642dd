/** Dovecot 2.3 derives the protocol of an auth socket from its file name, or from the name of an inet_listener. */
import type { AuthSocketType } from './auth-server-options.ts';

/**
 * Looks at what follows the last `-` of the last path component. Undefined for token sockets: DOVECOT-TOKEN is not offered.
 */
export const authSocketType = (path: string): AuthSocketType | undefined => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const suffix = name.slice(name.lastIndexOf('-') + 1);
  switch (suffix) {
    case 'login':
    case 'master':
    case 'userdb':
      return suffix;
    case 'token':
    case 'tokenlogin':
      return undefined;
    default:
      return 'client';
  }
};
