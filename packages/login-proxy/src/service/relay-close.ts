/** How the streams of a session end: what was written still leaves, then they are destroyed. */
import type { Duplex } from 'node:stream';

/** A peer that does not take the last bytes of a session has this long. */
const LINGER_MS = 10_000;

/** Resolves when the client is closed: at once, or after `delay`, in which it may only leave. */
export const closeClient = (client: Duplex, delay: number): Promise<void> =>
  new Promise((resolve) => {
    if (client.destroyed) {
      resolve();
      return;
    }
    client.once('close', () => resolve());
    if (delay === 0) {
      closeSoon(client);
      return;
    }
    const timer = setTimeout(() => closeSoon(client), delay);
    client.once('close', () => clearTimeout(timer));
    client.once('end', () => closeSoon(client));
    client.on('data', () => undefined).resume();
  });

/** Ends the stream and destroys it once its last bytes left, or when they obviously will not. */
export const closeSoon = (stream: Duplex): void => {
  if (stream.destroyed) return;
  const unsent = stream.writableLength;
  stream.end(() => stream.destroy());
  if (unsent === 0) return;
  const timer = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => clearTimeout(timer));
};
