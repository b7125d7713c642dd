/** Mail clients for tests: one login each, over plain TCP. */
import { openLineClient } from './line-client.ts';

/** `from`: the address to connect from. */
export type Endpoint = { readonly host: string; readonly port: number; readonly from?: string };

/** Logs in and out. Rejects with the server's words if it refuses. */
export const imapLogin = async (server: Endpoint, user: string, password: string): Promise<void> => {
  using client = await openLineClient(server);
  await client.line();
  client.send(`a LOGIN ${user} "${password}"\r\n`);
  const reply = (await client.linesUntil((line) => line.startsWith('a '))).at(-1) ?? '';
  if (!reply.startsWith('a OK ')) throw new Error(`${user}: ${reply}`);
  client.send('b LOGOUT\r\n');
  await client.linesUntil((line) => line.startsWith('b OK'));
};

export const pop3Login = async (server: Endpoint, user: string, password: string): Promise<void> => {
  using client = await openLineClient(server);
  await client.line();
  for (const command of [`USER ${user}`, `PASS ${password}`, 'QUIT']) {
    client.send(`${command}\r\n`);
    const reply = await client.line();
    if (!reply.startsWith('+OK')) throw new Error(`${user}: ${command.slice(0, 4)}: ${reply}`);
  }
};

/** Runs `work` on all items, at most `width` at a time; the failures, as text. */
export const inParallel = async <T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<string[]> => {
  const failures: string[] = [];
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      await work(item).catch((error: unknown) => void failures.push(String(error)));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return failures;
};
