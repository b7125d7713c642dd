/** ID (RFC 2971) before login, and the parameters by which a trusted proxy introduces its client (imap-login-cmd-id.c). */
import { asciiLower, type ByteString, type ImapIdParams, imapQuoted } from '@homing/wire';
import { type Effect, type Env, type Step, send } from './event.ts';
import { ID_FORWARD_PREFIX, ID_KEYS, isReservedIdKey, withForwarded, withForwardField } from './forwarded.ts';
import { imapIdReply } from './imap-id-reply.ts';
import { info } from './parting.ts';
import { sanitize } from './sanitize.ts';
import type { ClientState } from './state.ts';

/** LOGIN_MAX_CLIENT_ID_LEN */
const CLIENT_ID_MAX_LEN = 256;

export const imapId = (before: ClientState, env: Env, params: ImapIdParams): Step => {
  const isFirst = !before.idSeen;
  let state: ClientState = { ...before, idSeen: true, clientId: undefined };
  for (const [key, value] of params) {
    if (!isReservedIdKey(key)) state = withClientId(state, env, key, value);
    else if (state.trusted && isFirst && value !== undefined) state = withIntroduction(state, key, value);
  }
  const logged = isFirst ? loggedParams(env, params) : '';
  const effects: Effect[] = logged === '' ? [] : [info(state, env, 'imap_id_received', `ID sent: ${logged}`)];
  effects.push(send(`* ID ${imapIdReply(env.settings.imap_id_send)}\r\n${state.tag} OK ID completed.\r\n`));
  return [state, effects];
};

const withIntroduction = (state: ClientState, key: ByteString, value: ByteString): ClientState => {
  const lower = asciiLower(key);
  if (lower.startsWith(ID_FORWARD_PREFIX)) {
    return withForwardField(state, `${key.slice(ID_FORWARD_PREFIX.length)}=${value}`);
  }
  return withForwarded(state, ID_KEYS[lower] ?? '', value) ?? state;
};

const withClientId = (state: ClientState, env: Env, key: ByteString, value: ByteString | undefined): ClientState => {
  if (!env.settings.imap_id_retain) return state;
  const before = state.clientId;
  const length = key.length + 2 + 1 + (value === undefined ? 3 : value.length) + 2;
  if (before !== undefined && before.length + length >= CLIENT_ID_MAX_LEN) return state;
  const pair = `${imapQuoted(key)} ${value === undefined ? 'NIL' : imapQuoted(value)}`;
  return { ...state, clientId: before === undefined ? pair : `${before} ${pair}` };
};

const loggedParams = ({ settings }: Env, params: ImapIdParams): ByteString => {
  const wanted = settings.imap_id_log;
  if (wanted === '') return '';
  const keys = new Set(wanted.split(' ').map(asciiLower));
  return params
    .filter(([key]) => wanted === '*' || keys.has(asciiLower(key)))
    .map(([key, value]) => `${sanitize(key, 30)}=${value === undefined ? 'NIL' : sanitize(value, 80)}`)
    .join(', ');
};
