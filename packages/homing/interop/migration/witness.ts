/** Mail hosts that let everybody in and see who is on two of them at once. */
import type { Socket } from 'node:net';
import { serveEverybody } from '../lib/imap-stand-in.ts';
import { listenOnEach } from '../lib/on-each-address.ts';

export type Witness = {
  /** `alice on 10.0.0.1 and 10.0.0.2`, as it happened. */
  readonly splits: readonly string[];
  /** Where each user was last. */
  readonly hosts: ReadonlyMap<string, string>;
  /** How many sessions there are now on a mail host. */
  count(host: string): number;
} & AsyncDisposable;

type Session = { readonly user: string; readonly host: string };

export const startWitness = async (hosts: readonly string[], port: number): Promise<Witness> => {
  const splits: string[] = [];
  const last = new Map<string, string>();
  const sessions = new Map<Socket, Session>();
  const enter = (socket: Socket, session: Session): void => {
    const others = [...sessions.values()].filter(({ user, host }) => user === session.user && host !== session.host);
    for (const { host } of others) splits.push(`${session.user} on ${host} and ${session.host}`);
    sessions.set(socket, session);
    last.set(session.user, session.host);
  };
  const listening = await listenOnEach(hosts, port, (socket, host) => {
    socket.on('close', () => sessions.delete(socket));
    serveEverybody(socket, 'IMAP4rev1 ID', (user) => enter(socket, { user, host }));
  });
  return {
    splits,
    hosts: last,
    count: (of) => [...sessions.values()].filter(({ host }) => host === of).length,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
};
