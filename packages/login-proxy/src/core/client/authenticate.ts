/** One attempt to log in, from the command to its reply (client-common-auth.c, sasl-server.c). */
import { asciiUpper, assertNever, type ByteString } from '@homing/wire';
import {
  type AuthReading,
  type AuthResult,
  readFail,
  readNames,
  readOk,
  type Texts,
  temporaryFailureText,
} from './auth-outcome.ts';
import { authRequestInfo } from './auth-request.ts';
import { type Effect, type Env, type Step, send } from './event.ts';
import { formatLogLine } from './log-line.ts';
import { info, logFields, repliesOf } from './parting.ts';
import { sanitize } from './sanitize.ts';
import { findMechanism, isPlaintext, isPlaintextAllowed, isPrivate, isTlsRequired } from './security.ts';
import type { ClientState, FailCode } from './state.ts';

/** After so long without an answer of the auth server the client is told to wait (AUTH_WAITING_TIMEOUT_MSECS). */
const WAITING_MS = 30_000;

/** What the auth server decides itself, it gets; what could end a field or line of its protocol, it does not. */
const BASE64_ALPHABET = /^[A-Za-z0-9+/=]*$/;

export type Begin = {
  readonly mechanism: ByteString;
  /** Base64, unchecked; empty is an empty response, undefined none. */
  readonly resp: ByteString | undefined;
  /** For mechanisms that are commands of the protocol, like APOP. */
  readonly isPrivate?: boolean;
};

export const beginLogin = (before: ClientState, env: Env, begin: Begin): Step => {
  if (isTlsRequired(before, env)) {
    const state = withAttempt(before, {});
    const text = 'Authentication not allowed until SSL/TLS is enabled.';
    const log = verbose(state, env, 'Login failed: SSL required for authentication');
    return [state, [...log, send(repliesOf(env).failure(state, 'ssl-required', text))]];
  }
  const state = withAttempt(
    { ...before, mechanism: asciiUpper(begin.mechanism) },
    {
      firstAt: before.attempts.firstAt ?? env.now,
    },
  );
  const mechanism = findMechanism(env, begin.mechanism);
  if (mechanism === undefined || (isPrivate(mechanism) && begin.isPrivate !== true)) {
    return refuse(state, env, 'mech-invalid', 'Unsupported authentication mechanism.');
  }
  if (isPlaintext(mechanism) && !state.secured && env.settings.disable_plaintext_auth) {
    return refuse(state, env, 'mech-ssl-required', 'Plaintext authentication disabled.');
  }
  if (begin.resp !== undefined && !BASE64_ALPHABET.test(begin.resp)) {
    const failed = withFail(state, 'invalid-base64');
    const text = 'Invalid base64 data in initial response';
    return [failed, [send(repliesOf(env).failure(failed, 'invalid-base64', text))]];
  }
  const next: ClientState = { ...state, phase: { at: 'authenticating', turn: 'server' } };
  const request = authRequestInfo(next, env);
  return [
    next,
    [
      { do: 'authenticate', mechanism: mechanism.name, info: request, resp: begin.resp },
      { do: 'arm-waiting', ms: WAITING_MS },
    ],
  ];
};

/** Undefined if a password may be sent in clear; else the refusal. `exposed`: it was sent already. */
export const refusePlaintext = (before: ClientState, env: Env, exposed: boolean): Step | undefined => {
  if (isPlaintextAllowed(before, env)) return undefined;
  const replies = repliesOf(env);
  const result: AuthResult = env.settings.ssl === 'required' ? 'ssl-required' : 'mech-ssl-required';
  const text = 'Plaintext authentication disallowed on non-secure (SSL/TLS) connections.';
  const effects: Effect[] = [...verbose(before, env, 'Login failed: Plaintext authentication disabled')];
  if (exposed) effects.push(send(replies.notice('exposed', EXPOSED)));
  effects.push(send(replies.failure(before, result, text)));
  return [withAttempt(before, {}), effects];
};

const EXPOSED =
  'Plaintext authentication not allowed without SSL/TLS, but your client did it anyway. If anyone was listening, the password was exposed.';

export const saslResponse = (state: ClientState, env: Env, line: ByteString): Step => {
  if (line === '*') {
    const aborted = withFail({ ...state, attempts: { ...state.attempts, aborted: true } }, 'none');
    const reply = repliesOf(env).failure(aborted, 'aborted', 'Authentication aborted by client.');
    return [aborted, [{ do: 'cancel' }, send(reply)]];
  }
  if (!BASE64_ALPHABET.test(line)) {
    const failed = withFail(state, 'none');
    const text = 'Invalid base64 in response';
    const log = verbose(failed, env, authenticateFailed(failed, text));
    return [failed, [{ do: 'cancel' }, ...log, send(repliesOf(env).failure(failed, 'authfailed-reason', text))]];
  }
  const attempts = { ...state.attempts, challenged: false };
  return [
    { ...state, attempts, phase: { at: 'authenticating', turn: 'server' } },
    [
      { do: 'respond', data: line },
      { do: 'arm-waiting', ms: WAITING_MS },
    ],
  ];
};

export const saslChallenge = (state: ClientState, data: ByteString): Step => [
  { ...state, attempts: { ...state.attempts, challenged: true }, phase: { at: 'authenticating', turn: 'client' } },
  [send(`+ ${data}\r\n`), { do: 'disarm-waiting' }],
];

export const authOk = (before: ClientState, env: Env, params: readonly ByteString[]): Step => {
  const name = readNames(params, before.name);
  const reading = readOk(params, name.user ?? '', texts(env));
  const { attempts } = before;
  const passdbFields = new Map(params.map((param) => splitParam(param)));
  const state = { ...before, name, passdbFields, attempts: { ...attempts, successes: attempts.successes + 1 } };
  return applyReading(state, env, reading);
};

export const authFail = (before: ClientState, env: Env, params: readonly ByteString[]): Step =>
  applyReading({ ...before, name: readNames(params, before.name) }, env, readFail(params, texts(env)));

/** Dovecot 2.3 says "Authentication failed." here; a server that is away is no wrong password. */
export const authLost = (before: ClientState, env: Env): Step =>
  authFail({ ...before, attempts: { ...before.attempts, authLost: true } }, env, ['code=temp_fail']);

const applyReading = (before: ClientState, env: Env, { outcome, code }: AuthReading): Step => {
  const state = withFail({ ...before, attempts: { ...before.attempts, challenged: false } }, code);
  const replies = repliesOf(env);
  switch (outcome.to) {
    case 'proxy':
      return [
        { ...state, phase: { at: 'proxying' } },
        [{ do: 'disarm-waiting' }, { do: 'proxy', fields: outcome.fields }],
      ];
    case 'local': {
      const text = formatLogLine(state, env, `proxy(${state.name.user ?? ''}): auth reply has no proxy destination`);
      const log: Effect = {
        do: 'log',
        level: 'error',
        event: 'proxy_session_finished',
        text,
        fields: logFields(state, env),
      };
      return [state, [{ do: 'disarm-waiting' }, log, send(replies.proxyFailure(state, 'configuration'))]];
    }
    case 'refer':
      return [state, [{ do: 'disarm-waiting' }, send(replies.referral(state, outcome.referral, outcome.text))]];
    case 'fail':
      return [state, [{ do: 'disarm-waiting' }, send(replies.failure(state, outcome.result, outcome.text))]];
    default:
      return assertNever(outcome);
  }
};

const texts = (env: Env): Texts => ({ tempText: () => temporaryFailureText(env.hostname, env.now) });

const splitParam = (param: ByteString): readonly [ByteString, ByteString] => {
  const eq = param.indexOf('=');
  return eq === -1 ? [param, ''] : [param.slice(0, eq), param.slice(eq + 1)];
};

type Refusal = Extract<FailCode, 'mech-invalid' | 'mech-ssl-required'>;

const refuse = (before: ClientState, env: Env, code: Refusal, text: string): Step => {
  const state = withFail(before, code);
  const reply = send(repliesOf(env).failure(state, code, text));
  return [state, [...verbose(state, env, authenticateFailed(state, text)), reply]];
};

const authenticateFailed = (state: ClientState, text: string): ByteString =>
  `Authenticate ${sanitize(state.mechanism ?? '', 64)} failed: ${text}`;

const verbose = (state: ClientState, env: Env, message: ByteString): readonly Effect[] =>
  env.settings.auth_verbose || env.settings.auth_debug ? [info(state, env, 'login_failed', message)] : [];

const withAttempt = (state: ClientState, more: Partial<ClientState['attempts']>): ClientState => ({
  ...state,
  attempts: { ...state.attempts, ...more, count: state.attempts.count + 1 },
});

/** Back to commands. */
const withFail = (state: ClientState, lastFail: FailCode): ClientState => ({
  ...state,
  phase: { at: 'command' },
  attempts: { ...state.attempts, lastFail },
});
