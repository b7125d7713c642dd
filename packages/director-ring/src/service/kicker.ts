/** Whoever can end sessions of users: an ipc service's login processes, those of Dovecot 2.4, or both. */
import type { Kick } from '../core/effect.ts';

/** `failure`: why login processes could not be told or asked, else undefined. */
export type Finished = (failure: string | undefined) => void;

export type Kicker = {
  kick(kick: Kick, finished: Finished): void;
  /** Nothing is finished any more. */
  close(): void;
};

/** Each kick goes to all of them; it fails if it fails at one. */
export const allKickers = (kickers: readonly Kicker[]): Kicker => ({
  kick(kick, finished) {
    let left = kickers.length;
    const failures: string[] = [];
    for (const kicker of kickers) {
      kicker.kick(kick, (failure) => {
        if (failure !== undefined) failures.push(failure);
        if (--left === 0) finished(failures.length === 0 ? undefined : failures.join('; '));
      });
    }
  },
  close() {
    for (const kicker of kickers) kicker.close();
  },
});
