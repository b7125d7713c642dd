/**
 * What a backend is asked to show that it serves: its greeting, and with a user's name and password a login (poolmon's
 * dialogues). Written so that a reply is never waited for after it is certain.
 */
import { assertNever, type ByteString } from '@homing/wire';

export type ProbeProtocol = 'imap' | 'pop3' | 'lmtp' | 'submission' | 'sieve' | 'tcp';

/** One word of `homing_health_checks`: `imap`, `pop3:1110`, `tcp:993`. */
export type Probe = { readonly protocol: ProbeProtocol; readonly port: number };

export type Credentials = { readonly user: ByteString; readonly password: ByteString };

const DEFAULT_PORTS: Readonly<Record<ProbeProtocol, number>> = {
  imap: 143,
  pop3: 110,
  lmtp: 24,
  submission: 587,
  sieve: 4190,
  tcp: 0,
};

/** Undefined if it is no probe. */
export const parseProbe = (word: string): Probe | undefined => {
  const [, name = '', portText] = /^([a-z0-9]+)(?::(\d{1,5}))?$/.exec(word) ?? [];
  if (!Object.hasOwn(DEFAULT_PORTS, name)) return undefined;
  const protocol = name as ProbeProtocol;
  const port = portText === undefined ? DEFAULT_PORTS[protocol] : Number(portText);
  return port >= 1 && port <= 65_535 ? { protocol, port } : undefined;
};

/** What to do about a line: say something and read on, or end. */
export type ProbeStep =
  | { do: 'wait' }
  | { do: 'say'; text: ByteString }
  | { do: 'succeed'; text: ByteString }
  | { do: 'fail'; reason: string };

/** Lines of the server in, without LF. */
export type ProbeDialogue = (line: ByteString) => ProbeStep;

/** Undefined: to connect is enough. */
export const createDialogue = (protocol: ProbeProtocol, login: Credentials | undefined): ProbeDialogue | undefined => {
  switch (protocol) {
    case 'imap':
      return imapDialogue(login);
    case 'pop3':
      return pop3Dialogue(login);
    case 'lmtp':
    case 'submission':
      return (line) => {
        if (line.startsWith('220-')) return { do: 'wait' };
        return /^220( |$)/.test(line) ? { do: 'succeed', text: 'QUIT\r\n' } : refused(line);
      };
    case 'sieve':
      return (line) => {
        if (/^OK\b/i.test(line)) return { do: 'succeed', text: 'LOGOUT\r\n' };
        return /^(NO|BYE)\b/i.test(line) ? refused(line) : { do: 'wait' };
      };
    case 'tcp':
      return undefined;
    default:
      return assertNever(protocol);
  }
};

const imapDialogue = (login: Credentials | undefined): ProbeDialogue => {
  let isGreeted = false;
  return (line) => {
    if (!isGreeted) {
      if (!/^\* (OK|PREAUTH)\b/i.test(line)) return refused(line);
      isGreeted = true;
      if (login === undefined) return { do: 'succeed', text: 'a LOGOUT\r\n' };
      return { do: 'say', text: `a LOGIN ${quoted(login.user)} ${quoted(login.password)}\r\n` };
    }
    if (line.startsWith('* ')) return { do: 'wait' };
    return /^a OK\b/i.test(line) ? { do: 'succeed', text: 'b LOGOUT\r\n' } : refused(line);
  };
};

const quoted = (text: ByteString): ByteString => `"${text.replace(/["\\]/g, '\\$&')}"`;

const pop3Dialogue = (login: Credentials | undefined): ProbeDialogue => {
  const commands = login === undefined ? [] : [`USER ${login.user}\r\n`, `PASS ${login.password}\r\n`];
  return (line) => {
    if (!/^\+OK\b/i.test(line)) return refused(line);
    const text = commands.shift();
    return text === undefined ? { do: 'succeed', text: 'QUIT\r\n' } : { do: 'say', text };
  };
};

/** The backend's words go to the log: short, and without control characters. */
const refused = (line: ByteString): ProbeStep => ({
  do: 'fail',
  reason: `unexpected reply: ${line.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')}`,
});
