/** A mail client that stays logged in. */
import { type LineClient, openLineClient } from './line-client.ts';
import type { Endpoint } from './mail-login.ts';

export type HeldSession = {
  readonly user: string;
  /** The backend, as its ID says. */
  readonly backend: string;
  /** True if the session still answers. */
  alive(): Promise<boolean>;
  /** Resolves when it is cut. */
  cut(): Promise<void>;
} & Disposable;

export const holdSession = async (server: Endpoint, user: string, password: string): Promise<HeldSession> => {
  const client = await openLineClient(server);
  await client.line();
  client.send(`a LOGIN ${user} "${password}"\r\n`);
  const reply = await lastLine(client, 'a');
  if (!reply.startsWith('a OK ')) throw new Error(`${user}: ${reply}`);
  client.send('i ID NIL\r\n');
  const lines = await client.linesUntil((line) => line.startsWith('i '));
  const backend = lines.map((line) => /^\* ID \("name" "([^"]+)"\)/.exec(line)?.[1]).find((name) => name !== undefined);
  return {
    user,
    backend: backend ?? '',
    async alive() {
      client.send('n NOOP\r\n');
      return lastLine(client, 'n').then(
        (line) => line.startsWith('n OK'),
        () => false,
      );
    },
    async cut() {
      await client.closed();
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
};

const lastLine = async (client: LineClient, tag: string): Promise<string> =>
  (await client.linesUntil((line) => line.startsWith(`${tag} `))).at(-1) ?? '';
