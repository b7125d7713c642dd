/** LOGIN (draft-murchison-sasl-login): `Username:`, `Password:`. An initial response is the user name. */
import { setUsername } from '../request/username.ts';
import type { Mechanism } from './mechanism.ts';

const proceed: Mechanism['proceed'] = (request, data) => {
  if (request.user !== undefined) return { do: 'verify', password: data };
  const error = setUsername(request, data);
  return error === undefined ? { do: 'challenge', data: 'Password:' } : { do: 'fail', reason: error };
};

export const mechLogin: Mechanism = {
  name: 'LOGIN',
  flags: ['plaintext'],
  needsPassdb: true,
  allowsNul: false,
  begin: (request, data) =>
    data === undefined || data === '' ? { do: 'challenge', data: 'Username:' } : proceed(request, data),
  proceed,
};
