/** A redirected user's question to the auth server: see `core/client/reauthentication.ts`. */
import { joinTabs } from '@homing/wire';
import type { AuthAnswer } from '../core/auth-client/requests.ts';
import type { Env } from '../core/client/event.ts';
import {
  REAUTHENTICATION_MECHANISM,
  readReauthentication,
  reauthenticationParams,
} from '../core/client/reauthentication.ts';
import type { ClientState } from '../core/client/state.ts';
import type { Reauthenticated, Redirection } from '../core/proxy-login.ts';
import type { AuthClient, AuthRequest } from './auth-client.ts';

/** Never rejects. After an abort the server is told to forget it. */
export const reauthenticate = (
  auth: AuthClient,
  state: ClientState,
  env: Env,
  { redirection, signal }: { redirection: Redirection; signal: AbortSignal },
): Promise<Reauthenticated> =>
  new Promise((resolve) => {
    const user = state.name.user ?? '';
    if (auth.server === undefined || signal.aborted) {
      resolve(readReauthentication({ on: 'auth-lost' }, user));
      return;
    }
    let request: AuthRequest | undefined;
    const finish = (answer: AuthAnswer): void => {
      signal.removeEventListener('abort', abandon);
      resolve(readReauthentication(answer, user));
    };
    const abandon = (): void => {
      request?.cancel();
      finish({ on: 'auth-lost' });
    };
    signal.addEventListener('abort', abandon, { once: true });
    const params = joinTabs(reauthenticationParams(state, env, redirection));
    request = auth.request(REAUTHENTICATION_MECHANISM, params, undefined, (answer) => {
      if (answer.on === 'auth-continue') request?.cancel();
      finish(answer);
    });
  });
