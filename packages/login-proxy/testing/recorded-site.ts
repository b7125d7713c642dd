/** The auth server and backend that Dovecot's login processes had when the fixtures of `imap` and `pop3` were recorded. */
import { decodeBase64, WireError } from '@homing/wire';
import type { ClientEvent, Effect } from '../src/core/client/event.ts';

const DESTINATION = ['proxy', 'host=127.0.0.1', 'pass=pass1'];

/** `loginReply`: the next thing the recorded server says, of which the backend's part is made. */
export const recordedSite = (
  protocol: 'imap' | 'pop3',
  loginReply: () => string,
): ((effect: Effect) => ClientEvent | undefined) => {
  let login: { user?: string } | undefined;
  let user = '';
  return (effect) => {
    switch (effect.do) {
      case 'authenticate':
        login = effect.mechanism === 'LOGIN' ? {} : undefined;
        if (effect.resp === undefined) return { on: 'auth-continue', data: login === undefined ? '' : 'VXNlcm5hbWU6' };
        return plain(effect.resp, 'initial');
      case 'respond':
        if (login === undefined) return plain(effect.data, 'continued');
        if (login.user === undefined) {
          login.user = decodeBase64(effect.data);
          return { on: 'auth-continue', data: 'UGFzc3dvcmQ6' };
        }
        return verify(login.user, decodeBase64(effect.data));
      case 'proxy':
        user = effect.fields.get('user') ?? '';
        return user.startsWith('wrong') ? refusal(protocol) : loggedIn(protocol, loginReply());
      default:
        return undefined;
    }
  };
};

const plain = (resp: string, which: 'initial' | 'continued'): ClientEvent => {
  try {
    const [, user = '', password = ''] = decodeBase64(resp).split('\0');
    return verify(user, password);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const what = which === 'initial' ? 'initial' : 'continued';
    return { on: 'auth-fail', params: ['code=invalid_base64', `reason=Invalid base64 data in ${what} response`] };
  }
};

const verify = (user: string, password: string): ClientEvent => {
  if (password !== 'pass1') return { on: 'auth-fail', params: [`user=${user}`] };
  if (user.startsWith('nologin')) return { on: 'auth-ok', params: [`user=${user}`, 'nologin', 'reason=Go_away'] };
  if (user.startsWith('referral')) return { on: 'auth-ok', params: [`user=${user}`, 'nologin', 'host=10.1.2.3'] };
  return { on: 'auth-ok', params: [`user=${user}`, ...DESTINATION] };
};

const refusal = (protocol: 'imap' | 'pop3'): ClientEvent => ({
  on: 'proxy-failed',
  code: 'auth',
  reply: protocol === 'imap' ? undefined : '[AUTH] Authentication failed.',
});

const loggedIn = (protocol: 'imap' | 'pop3', said: string): ClientEvent => {
  if (protocol === 'pop3')
    return { on: 'proxied', reply: /^\+OK (.*)\r\n/.exec(said)?.[1] ?? '', capability: undefined };
  const untagged = /^\* CAPABILITY (.*)\r\n/.exec(said);
  const reply = /^[a-z] OK (.*)\r\n/m.exec(said)?.[1] ?? '';
  return { on: 'proxied', reply, capability: untagged?.[1] };
};
