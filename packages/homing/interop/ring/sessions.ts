/** IMAP sessions through every member of a ring, to mail hosts that let everybody in. */
import { type LineClient, openLineClient } from '../lib/line-client.ts';
import { until } from '../lib/until.ts';
import type { Member } from './member.ts';
import { MAIL_SERVERS } from './ring.ts';

export const IMAP_PORT = 24_202;

/** Debian's doveadm reads it too, so there is nothing of ours alone in it. */
export const imapConfig = (): string => `
protocols = imap
ssl = no
disable_plaintext_auth = no
service imap-login {
  executable = imap-login director
  inet_listener imap {
    port = ${IMAP_PORT}
  }
  inet_listener imaps {
    port = 0
  }
}
service director {
  fifo_listener login/proxy-notify {
    mode = 0666
  }
}
`;

export const mailHosts = MAIL_SERVERS.split(' ').map((server) => server.replace(/@.*/, ''));

export type Session = {
  readonly user: string;
  readonly via: Member;
  /** Resolves when it is dropped. */
  ended(): Promise<void>;
  alive(): Promise<boolean>;
} & Disposable;

export const openSession = async (via: Member, user: string, password = 'pw'): Promise<Session> => {
  const client = await openLineClient({ host: via.place.address, port: IMAP_PORT });
  await client.line();
  client.send(`a LOGIN ${user} "${password}"\r\n`);
  const reply = await lastLine(client, 'a ');
  if (!reply.startsWith('a OK')) throw new Error(`${user} via ${via.place.address}: ${reply}`);
  return {
    user,
    via,
    async ended() {
      await client.closed(15_000);
    },
    async alive() {
      client.send('n NOOP\r\n');
      return lastLine(client, 'n ').then(
        (line) => line.startsWith('n OK'),
        () => false,
      );
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
};

/** One session through each member; they may be kicked from now on. */
export const openSessions = async (
  members: readonly Member[],
  user: string,
  stack: DisposableStack,
  password?: string,
): Promise<Session[]> => {
  const sessions: Session[] = [];
  for (const member of members) {
    sessions.push(stack.use(await openSession(member, user, password)));
    // A login process registers with ipc behind its first login; a kick that comes before finds nobody.
    await until(`${user} in proxy list of ${member.place.address}`, 10_000, async () =>
      (await proxied(member)).includes(user),
    );
  }
  return sessions;
};

/** The users of a member's sessions, as its login processes tell its ipc service. */
const proxied = async (member: Member): Promise<string[]> => {
  using client = await openLineClient(member.socket('ipc'));
  client.send('proxy\t*\tLIST-FULL\n');
  const lines = await client.linesUntil((line) => !line.startsWith(':'));
  return lines.map((line) => line.slice(1).split('\t')[0] ?? '');
};

const lastLine = async (client: LineClient, start: string): Promise<string> =>
  (await client.linesUntil((line) => line.startsWith(start), 40_000)).at(-1) ?? '';
