/** An anvil that speaks Dovecot 2.4's protocol: which sessions there are, and kicks. */
import {
  type AnvilClientCommand,
  type AnvilSession,
  anvilClientHello,
  type ByteString,
  formatAnvilClientCommand,
  parseAnvilKickCount,
  parseAnvilServerVersion,
  parseAnvilSession,
  parseConnectDumpHeader,
  WireError,
} from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import { within } from '../within.ts';

export type Anvil = {
  /** `fields`: the names of the sessions' further values. */
  dump(): Promise<{ readonly fields: readonly ByteString[]; readonly sessions: readonly AnvilSession[] }>;
  /** How many sessions were told to end. */
  kick(user: ByteString, guid: ByteString | undefined): Promise<number>;
  close(): void;
};

/** As long as Dovecot's own clients wait (2.4.3). */
const ANSWER_MS = 30_000;

/** Rejects with what went wrong, as do both questions. */
export const openAnvil = async (path: string, { host }: Context): Promise<Anvil> => {
  const anvil = await connect(path, host);
  const inTime = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const known = await within(ANSWER_MS, answer);
    if (known !== 'late') return known;
    anvil.close();
    throw new Error(`${path} does not answer`);
  };
  const ask = <Answer>(command: AnvilClientCommand, answer: () => Promise<Answer>): Promise<Answer> => {
    anvil.send(`${formatAnvilClientCommand(command)}\n`);
    return inTime(answer());
  };
  anvil.send(anvilClientHello());
  const version = await inTime(anvil.next());
  if (version === undefined || !isVersion(version)) {
    anvil.close();
    throw new Error(`${path} is no anvil socket of Dovecot 2.4`);
  }
  return {
    dump: () =>
      ask({ cmd: 'CONNECT-DUMP' }, async () => {
        const fields = parseConnectDumpHeader(await nextLine(anvil, path));
        const sessions: AnvilSession[] = [];
        for (;;) {
          const session = parseAnvilSession(await nextLine(anvil, path));
          if (session === undefined) return { fields, sessions };
          sessions.push(session);
        }
      }),
    kick: (user, guid) =>
      ask({ cmd: 'KICK-USER', user, guid }, async () => parseAnvilKickCount(await nextLine(anvil, path))),
    close: () => anvil.close(),
  };
};

const connect = async (path: string, host: Context['host']): Promise<Conversation> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (error) {
    throw new Error(`connect(${path}) failed: ${(error as Error).message}`, { cause: error });
  }
};

const isVersion = (line: ByteString): boolean => {
  try {
    parseAnvilServerVersion(line);
    return true;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return false;
  }
};

const nextLine = async (anvil: Conversation, path: string): Promise<ByteString> => {
  const line = await anvil.next();
  if (line === undefined) throw new Error(`${path} disconnected`);
  return line;
};
