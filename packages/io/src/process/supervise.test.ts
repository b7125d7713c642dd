import { describe, expect, test } from 'vitest';
import { createMemoryLog } from '../log/log.ts';
import type { Child, ChildExit } from './child.ts';
import { supervise } from './supervise.ts';

/** Children that end when the test says so. */
const createNursery = () => {
  const born: { exit(how: ChildExit): void }[] = [];
  let wake = (): void => {};
  const start = (): Child => {
    const { promise, resolve } = Promise.withResolvers<ChildExit>();
    born.push({ exit: resolve });
    wake();
    return { pid: born.length, send: () => {}, give: () => {}, kill: () => {}, exited: promise };
  };
  const child = async (n: number) => {
    for (;;) {
      const it = born[n - 1];
      if (it !== undefined) return it;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { born, start, child };
};

describe('supervise', () => {
  test('starts a killed child again at once and says how it died', async () => {
    const { start, child } = createNursery();
    const log = createMemoryLog();
    const supervised = supervise({ name: 'core', start, log, now: () => 0 });
    (await child(1)).exit({ signal: 'SIGKILL', code: 0 });
    const second = await child(2);
    expect(supervised.child?.pid).toBe(2);
    expect(log.entries.map(({ text }) => text)).toEqual(['service(core): child 1 killed with signal 9']);
    const ended = supervised.end();
    second.exit({ signal: undefined, code: 0 });
    await ended;
    expect(log.entries).toHaveLength(1);
  });

  test('says when it will try again, and `end` does not wait for that', async () => {
    const { born, start, child } = createNursery();
    const log = createMemoryLog();
    const supervised = supervise({ name: 'login', start, log, now: () => 0 });
    (await child(1)).exit({ signal: undefined, code: 89 });
    (await child(2)).exit({ signal: undefined, code: 89 });
    while (log.entries.length < 2) await Promise.resolve();
    await supervised.end();
    expect(born).toHaveLength(2);
    expect(log.entries.map(({ text }) => text)).toEqual([
      'service(login): child 1 returned error 89',
      'service(login): child 2 returned error 89, next start in 2 secs',
    ]);
  });
});
