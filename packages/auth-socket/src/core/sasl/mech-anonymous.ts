/** ANONYMOUS (RFC 4505): nobody is asked; the trace text is only logged. */
import { clientFirst, type Mechanism } from './mechanism.ts';

const proceed: Mechanism['proceed'] = (request) => {
  request.user = request.auth.anonymousUsername;
  request.success = true;
  return { do: 'succeed' };
};

export const mechAnonymous: Mechanism = {
  name: 'ANONYMOUS',
  flags: ['anonymous'],
  needsPassdb: false,
  allowsNul: true,
  begin: clientFirst(proceed),
  proceed,
};
