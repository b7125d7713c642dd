/**
 * EXTERNAL (RFC 4422 appendix A): the user is the one in the client's certificate; the message is the authzid. The
 * passdb is asked with an empty password, so it has to say `nopassword`.
 */
import { setLoginUser, setUsername } from '../request/username.ts';
import { clientFirst, type Mechanism } from './mechanism.ts';

const proceed: Mechanism['proceed'] = (request, authzid) => {
  if (request.user === undefined) return { do: 'fail', reason: 'username not known' };
  if (setUsername(request, '') !== undefined) return { do: 'fail', reason: 'Invalid username' };
  const error = authzid === '' ? undefined : setLoginUser(request, authzid);
  return error === undefined ? { do: 'verify', password: '' } : { do: 'fail', reason: `login user: ${error}` };
};

export const mechExternal: Mechanism = {
  name: 'EXTERNAL',
  flags: [],
  needsPassdb: true,
  allowsNul: false,
  begin: clientFirst(proceed),
  proceed,
};
