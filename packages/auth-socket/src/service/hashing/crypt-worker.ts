/** The thread that computes crypt(3) hashes: one job in, one answer out. */
import { parentPort } from 'node:worker_threads';
import { cryptHash } from '../../core/scheme/crypt/crypt.ts';
import { SchemeError } from '../../core/scheme/verdict.ts';
import type { CryptAnswer, CryptJob } from './crypt-threads.ts';

const answer = ({ password, setting }: CryptJob): CryptAnswer => {
  try {
    return { hash: cryptHash(password, setting) };
  } catch (error) {
    return { error: (error as Error).message, isSchemeError: error instanceof SchemeError };
  }
};

parentPort?.on('message', (job: CryptJob) => parentPort?.postMessage(answer(job)));
