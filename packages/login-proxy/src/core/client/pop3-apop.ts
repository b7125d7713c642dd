/** APOP (RFC 1939 7): only where the auth server offers the mechanism, with a challenge made for its connection. */
import { type ByteString, encodeBase64 } from '@homing/wire';
import { beginLogin } from './authenticate.ts';
import { type Env, type Step, send } from './event.ts';
import { info, part } from './parting.ts';
import { findMechanism } from './security.ts';
import type { ApopChallenge, ClientState } from './state.ts';

export const apopChallenge = (env: Env): ApopChallenge | undefined => {
  if (env.auth === undefined || findMechanism(env, 'APOP') === undefined) return undefined;
  const { spid, cuid } = env.auth;
  const hex = (n: number): string => Math.floor(n).toString(16);
  const random = encodeBase64(env.random(16));
  return { text: `<${hex(spid)}.${hex(cuid)}.${hex(env.now / 1000)}.${random}@${env.hostname}>`, spid, cuid };
};

export const apop = (state: ClientState, env: Env, args: ByteString): Step => {
  const { apop: challenge } = state;
  if (challenge === undefined) return refuse(state, env, 'APOP not enabled');
  const [, user, digest] = /^([^ ]*) (.{32})$/s.exec(args) ?? [];
  if (user === undefined || digest === undefined) return refuse(state, env, 'Invalid parameters');
  if (!/^[0-9a-fA-F]{32}$/.test(digest)) return refuse(state, env, 'Invalid characters in MD5 response');
  if (env.auth?.spid !== challenge.spid || env.auth.cuid !== challenge.cuid) {
    return part(state, env, "Reconnected to auth server, can't do APOP", '');
  }
  const response = digest.replace(/../g, (hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const resp = encodeBase64(`${challenge.text}\0${user}\0${response}`);
  return beginLogin(state, env, { mechanism: 'APOP', resp, isPrivate: true });
};

const refuse = (state: ClientState, env: Env, text: string): Step => {
  const log = env.settings.auth_verbose ? [info(state, env, 'login_failed', `APOP failed: ${text}`)] : [];
  return [state, [...log, send(`-ERR ${text}.\r\n`)]];
};
