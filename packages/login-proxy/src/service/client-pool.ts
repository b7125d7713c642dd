/** The clients of a worker that have not logged in, oldest first, and how many sessions they became. */
import type { ClientEvent } from '../core/client/event.ts';
import type { Client } from './client-connection.ts';

export type ClientPool = {
  add(client: Client): void;
  /** `relaying` settles when the session that the client became has ended. */
  remove(client: Client | undefined, relaying: Promise<void> | undefined): void;
  tellAll(event: ClientEvent): void;
  /** Ends the oldest client, one that waits for a backend last; false if there is none. */
  endOldest(): boolean;
  /** Resolves when no client is left. */
  emptied(): Promise<void>;
  readonly size: number;
  readonly relayed: number;
};

export const createClientPool = (): ClientPool => {
  const clients = new Set<Client>();
  let relayed = 0;
  let waiting: (() => void)[] = [];
  return {
    add: (client) => void clients.add(client),
    remove(client, relaying) {
      if (client !== undefined) clients.delete(client);
      if (relaying !== undefined) {
        relayed += 1;
        void relaying.finally(() => {
          relayed -= 1;
        });
      }
      if (clients.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    tellAll(event) {
      for (const client of clients) client.handle(event);
    },
    endOldest() {
      const all = [...clients];
      const oldest = all.find((client) => client.phase !== 'proxying') ?? all[0];
      oldest?.handle({ on: 'stop', kind: 'resources', reason: 'Connection queue full' });
      return oldest !== undefined;
    },
    emptied: () =>
      new Promise((resolve) => {
        if (clients.size === 0) resolve();
        else waiting.push(resolve);
      }),
    get size() {
      return clients.size;
    },
    get relayed() {
      return relayed;
    },
  };
};
