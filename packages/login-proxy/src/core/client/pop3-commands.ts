/** pop3-login's commands. */
import { assertNever, type ByteString, encodeBase64, type Pop3Input } from '@homing/wire';
import { beginLogin, refusePlaintext } from './authenticate.ts';
import { type Env, type Step, send } from './event.ts';
import { disconnect, inputFull, part, saslTooLarge } from './parting.ts';
import { apop } from './pop3-apop.ts';
import { xclient } from './pop3-xclient.ts';
import { advertisedMechanisms, isTlsOffered } from './security.ts';
import { startTls } from './start-tls.ts';
import type { ClientState } from './state.ts';

const MAX_BAD_COMMANDS = 3;

export const pop3Input = (state: ClientState, env: Env, input: Pop3Input): Step => {
  switch (input.read) {
    case 'command':
      return command(state, env, input.name, cString(input.args));
    case 'auth':
      return beginLogin(state, env, {
        mechanism: input.mechanism,
        resp: input.initial === '' ? undefined : input.initial,
      });
    case 'auth-list': {
      const names = advertisedMechanisms(state, env).map(({ name }) => `${name}\r\n`);
      return [state, [send(`+OK\r\n${names.join('')}.\r\n`)]];
    }
    case 'full':
      return inputFull(state, env);
    case 'sasl-too-large':
      return saslTooLarge({ ...state, mechanism: input.mechanism }, env);
    default:
      return assertNever(input);
  }
};

/** As the C strings of pop3-login, arguments end at their first NUL. */
const cString = (text: ByteString): ByteString => text.split('\0', 1)[0] ?? '';

const command = (before: ClientState, env: Env, name: ByteString, args: ByteString): Step => {
  const state = { ...before, badCommands: 0 };
  switch (name) {
    case 'CAPA':
      return [state, [send(capabilities(state, env))]];
    case 'USER':
      return user(state, env, args);
    case 'PASS':
      return pass(state, env, args);
    case 'APOP':
      return apop(state, env, args);
    case 'STLS':
      return startTls(state, env);
    case 'QUIT':
      return part(state, env, 'Aborted login by logging out', '+OK Logging out\r\n');
    case 'XCLIENT':
      return xclient(state, args);
    case 'XOIP':
      return xclient(state, `ADDR=${args}`);
    default:
      return badCommand(before, env);
  }
};

const badCommand = (before: ClientState, env: Env): Step => {
  const state = { ...before, badCommands: before.badCommands + 1 };
  const unknown = send('-ERR Unknown command.\r\n');
  if (state.badCommands < MAX_BAD_COMMANDS) return [state, [unknown]];
  const text = 'Too many invalid bad commands.';
  const [next, effects] = disconnect(state, env, 'resources', text, 'Disconnected: Too many bad commands');
  return [next, [unknown, ...effects]];
};

/** POP3_CAPABILITY_REPLY: Dovecot lists CAPA itself, too. */
const ALWAYS = ['CAPA', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'AUTH-RESP-CODE'];

const capabilities = (state: ClientState, env: Env): ByteString => {
  const isUserOffered = state.secured || !env.settings.disable_plaintext_auth;
  const sasl = advertisedMechanisms(state, env).map(({ name }) => ` ${name}`);
  const lines = [
    ...ALWAYS,
    ...(isTlsOffered(state, env) ? ['STLS'] : []),
    ...(isUserOffered ? ['USER'] : []),
    `SASL${sasl.join('')}`,
  ];
  return `+OK\r\n${lines.map((line) => `${line}\r\n`).join('')}.\r\n`;
};

const user = (state: ClientState, env: Env, name: ByteString): Step => {
  const refused = refusePlaintext(state, env, false);
  if (refused === undefined) return [{ ...state, pop3User: name }, [send('+OK\r\n')]];
  const [next, effects] = refused;
  return [{ ...next, name: { ...next.name, user: next.name.user ?? name } }, effects];
};

const pass = (before: ClientState, env: Env, password: ByteString): Step => {
  const { pop3User } = before;
  const state = { ...before, pop3User: undefined };
  if (pop3User === undefined) {
    // The client may have ignored the refusal of USER.
    return refusePlaintext(state, env, true) ?? [state, [send('-ERR No username given.\r\n')]];
  }
  return beginLogin(state, env, { mechanism: 'PLAIN', resp: encodeBase64(`\0${pop3User}\0${password}`) });
};
