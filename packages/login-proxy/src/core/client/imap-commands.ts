/** imap-login's commands. */
import { asciiUpper, assertNever, type ByteString, encodeBase64, type ImapArg, type ImapInput } from '@homing/wire';
import { beginLogin, refusePlaintext } from './authenticate.ts';
import { type Env, type Step, send } from './event.ts';
import { imapCapability } from './imap-capability.ts';
import { imapId } from './imap-id.ts';
import { disconnect, inputFull, part, saslTooLarge } from './parting.ts';
import { startTls } from './start-tls.ts';
import type { ClientState } from './state.ts';

const MAX_BAD_COMMANDS = 3;

export const imapInput = (before: ClientState, env: Env, input: ImapInput): Step => {
  const state = 'tag' in input ? { ...before, tag: input.tag ?? '*' } : before;
  switch (input.read) {
    case 'command':
      return command(state, env, input.name, input.args);
    case 'authenticate': {
      const { initial, mechanism } = input;
      return beginLogin(state, env, { mechanism, resp: initial === '' ? undefined : initial === '=' ? '' : initial });
    }
    case 'id':
      return imapId(state, env, input.params);
    case 'bad-id':
      return [state, [reply(state, 'BAD Invalid ID parameters')]];
    case 'literal':
      return [state, [send('+ OK\r\n')]];
    case 'invalid':
      return badCommand(state, env);
    case 'syntax-error':
      return [state, [reply(state, `BAD ${input.text}`)]];
    case 'fatal':
      return part(state, env, input.text, `* BYE ${input.text}\r\n`);
    case 'full':
      return inputFull(state, env);
    case 'sasl-too-large':
      return saslTooLarge({ ...state, mechanism: input.mechanism }, env);
    default:
      return assertNever(input);
  }
};

const reply = (state: ClientState, text: ByteString): ReturnType<typeof send> => send(`${state.tag} ${text}\r\n`);

const command = (state: ClientState, env: Env, name: ByteString, args: readonly ImapArg[]): Step => {
  switch (asciiUpper(name)) {
    case 'LOGIN':
      return login(state, env, args);
    case 'CAPABILITY': {
      // RFC 3501 6.2.1 makes clients ask again after STARTTLS, so that one says nothing about what they know.
      const next = { ...state, sentCapability: state.sentCapability || !state.startedTls };
      const text = 'Pre-login capabilities listed, post-login capabilities have more.';
      return [next, [send(`* CAPABILITY ${imapCapability(state, env)}\r\n`), reply(state, `OK ${text}`)]];
    }
    case 'STARTTLS':
      return startTls(state, env);
    case 'NOOP':
      return [state, [reply(state, 'OK NOOP completed.')]];
    case 'LOGOUT':
      return part(
        state,
        env,
        'Aborted login by logging out',
        `* BYE Logging out\r\n${state.tag} OK Logout completed.\r\n`,
      );
    case 'ENABLE':
      return [state, [send('* ENABLED\r\n'), reply(state, 'OK ENABLE ignored in non-authenticated state.')]];
    default:
      return asciiUpper(state.tag) === 'LOGIN' ? tagForgotten(state) : badCommand(state, env);
  }
};

const tagForgotten = (state: ClientState): Step => {
  const hint =
    "BAD First parameter in line is IMAP's command tag, not the command name. Add that before the command, like: a login user pass";
  return [state, [reply(state, hint)]];
};

const badCommand = (before: ClientState, env: Env): Step => {
  const state = { ...before, badCommands: before.badCommands + 1 };
  if (state.badCommands >= MAX_BAD_COMMANDS) {
    return disconnect(state, env, 'resources', 'Too many invalid IMAP commands.', 'Too many invalid commands');
  }
  return [state, [reply(state, 'BAD Error in IMAP command received by server.')]];
};

const login = (state: ClientState, env: Env, args: readonly ImapArg[]): Step => {
  const [user, password] = args.map(astring);
  if (args.length !== 2 || user === undefined || password === undefined) return badCommand(state, env);
  const refused = refusePlaintext(state, env, true);
  if (refused !== undefined) {
    const [next, effects] = refused;
    return [{ ...next, name: { ...next.name, user: next.name.user ?? user } }, effects];
  }
  return beginLogin(state, env, { mechanism: 'PLAIN', resp: encodeBase64(`\0${user}\0${password}`) });
};

/** As the C strings of imap-login, what a literal holds ends at its first NUL. */
const astring = (arg: ImapArg): ByteString | undefined =>
  arg.type === 'list' ? undefined : (arg.text.split('\0', 1)[0] ?? '');
