/**
 * Computes crypt(3) hashes in threads, one job a thread, the others in a queue. Threads start when first needed; one
 * that dies fails its job alone and is replaced by the next job. Idle threads do not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import type { ByteString } from '@homing/wire';
import { SchemeError } from '../../core/scheme/verdict.ts';

export type CryptJob = { readonly password: ByteString; readonly setting: ByteString };
export type CryptAnswer = { readonly hash: ByteString } | { readonly error: string; readonly isSchemeError: boolean };

export type CryptThreads = {
  crypt(password: ByteString, setting: ByteString): Promise<ByteString>;
} & AsyncDisposable;

type Waiting = { job: CryptJob; done: PromiseWithResolvers<ByteString> };
type Thread = { worker: Worker; current: Waiting | undefined };

/** The caller bounds how many jobs may wait. */
export const createCryptThreads = (threads: number): CryptThreads => {
  const pool = new Set<Thread>();
  const queue: Waiting[] = [];

  const give = (thread: Thread): void => {
    const next = queue.shift();
    thread.current = next;
    if (next === undefined) {
      thread.worker.unref();
    } else {
      thread.worker.ref();
      thread.worker.postMessage(next.job);
    }
  };
  const lose = (thread: Thread, error: Error): void => {
    // After 'error' comes 'exit'.
    if (!pool.delete(thread)) return;
    thread.current?.done.reject(error);
    thread.current = undefined;
    if (queue.length > 0) give(start());
  };
  const start = (): Thread => {
    const worker = new Worker(new URL('./crypt-worker.ts', import.meta.url));
    const thread: Thread = { worker, current: undefined };
    worker.on('message', (answer: CryptAnswer) => {
      if (thread.current !== undefined) settle(thread.current, answer);
      give(thread);
    });
    worker.on('error', (error) => lose(thread, error as Error));
    worker.on('exit', () => lose(thread, new Error('password hashing thread ended')));
    pool.add(thread);
    return thread;
  };
  const idle = (): Thread | undefined => [...pool].find((thread) => thread.current === undefined);
  return {
    crypt(password, setting) {
      const done = Promise.withResolvers<ByteString>();
      queue.push({ job: { password, setting }, done });
      const thread = idle() ?? (pool.size < threads ? start() : undefined);
      if (thread !== undefined) give(thread);
      return done.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const { done } of queue.splice(0)) done.reject(new Error('password hashing is being stopped'));
      await Promise.all([...pool].map(({ worker }) => worker.terminate()));
    },
  };
};

const settle = ({ done }: Waiting, answer: CryptAnswer): void => {
  if ('hash' in answer) done.resolve(answer.hash);
  else done.reject(answer.isSchemeError ? new SchemeError(answer.error) : new Error(answer.error));
};
