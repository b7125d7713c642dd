/**
 * What 2.4's login processes ask with EXTERNAL when a backend has sent a user elsewhere (request/redirect.ts). The user
 * has shown a password to that backend's login process a moment ago; no password is asked, and the answer holds none and
 * can be nothing but where to proxy to, so that nobody gets in by it. The name is the one used at the backend.
 */
import { infoOf } from '../request/auth-request.ts';
import { redirectTo } from '../request/redirect.ts';
import type { Mechanism, SaslStep } from './mechanism.ts';

const NO_CHALLENGE: SaslStep = { do: 'fail', reason: 'Redirect: unexpected continuation' };

export const mechRedirect: Mechanism = {
  name: 'EXTERNAL',
  flags: [],
  needsPassdb: false,
  allowsNul: true,
  begin(request) {
    const { redirectHostNext = '', destuser = '' } = infoOf(request);
    if (destuser === '') return { do: 'fail', reason: 'Redirect: no destuser' };
    request.user = destuser;
    if (!redirectTo(request, redirectHostNext)) {
      return { do: 'fail', reason: `Redirect: invalid proxy_redirect_host_next: ${redirectHostNext}` };
    }
    request.success = true;
    return { do: 'succeed' };
  },
  proceed: () => NO_CHALLENGE,
};
