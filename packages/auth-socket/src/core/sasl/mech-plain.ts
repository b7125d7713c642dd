/** PLAIN (RFC 4616): `authzid NUL authcid NUL password`. An authzid that differs asks for a master login. */
import { setLoginUser, setUsername } from '../request/username.ts';
import { clientFirst, type Mechanism } from './mechanism.ts';

const proceed: Mechanism['proceed'] = (request, data) => {
  const first = data.indexOf('\0');
  const second = first === -1 ? -1 : data.indexOf('\0', first + 1);
  // A third NUL is refused wherever it stands; Dovecot lets one right after the second pass as an empty password.
  if (second === -1 || data.includes('\0', second + 1)) return { do: 'fail', reason: 'invalid input' };
  const authcid = data.slice(first + 1, second);
  const error = setUsername(request, authcid);
  if (error !== undefined) return { do: 'fail', reason: error };
  if (first > 0 && data.slice(0, first) !== authcid) {
    const loginError = setLoginUser(request, data.slice(0, first));
    if (loginError !== undefined) return { do: 'fail', reason: `login user: ${loginError}` };
  }
  return { do: 'verify', password: data.slice(second + 1) };
};

export const mechPlain: Mechanism = {
  name: 'PLAIN',
  flags: ['plaintext'],
  needsPassdb: true,
  allowsNul: true,
  begin: clientFirst(proceed),
  proceed,
};
