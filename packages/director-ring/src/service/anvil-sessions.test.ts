import type { Connect } from '@homing/io';
import { cutAnywhere } from '@homing/wire/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askAnvilSessions } from './anvil-sessions.ts';

const guid = (n: number): string => n.toString(16).padStart(32, '0');

const ANSWER = [
  'VERSION\tanvil-server\t2\t0',
  'user_group\tuser_destuser',
  `7\talice\timap-login\t10.9.9.9\t${guid(1)}\t10.2.0.11`,
  `7\tann\timap-login\t10.9.9.9\t${guid(2)}\t10.2.0.12\t\tal`,
  `8\tbob\timap\t10.9.9.9\t${guid(3)}\t`,
  '',
  '',
].join('\n');

/** Answers in these pieces, then closes. */
const answering =
  (pieces: readonly string[]): Connect =>
  (factory) => {
    let isOpen = true;
    const protocol = factory({
      send: () => undefined,
      isFull: () => false,
      close() {
        isOpen = false;
      },
      pause: () => undefined,
      resume: () => undefined,
      peer: () => undefined,
    });
    for (const piece of pieces) if (isOpen) protocol.receive(piece);
    if (isOpen) protocol.end();
    return Promise.resolve();
  };

const ask = async (connect: Connect, signal = new AbortController().signal): Promise<string[]> => {
  const found: string[] = [];
  await askAnvilSessions(connect, (one) => void found.push(`${one.backendUser} ${one.destIp}`), signal).catch(
    (error: unknown) => void found.push((error as Error).message),
  );
  return found;
};

describe('the sessions of login processes', () => {
  test('do not depend on how the answer was cut', async () => {
    await fc.assert(
      fc.asyncProperty(cutAnywhere(ANSWER), async (pieces) => {
        expect(await ask(answering(pieces))).toEqual(['alice 10.2.0.11', 'al 10.2.0.12']);
      }),
    );
  });

  test('any bytes are an answer or a reason', async () => {
    const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
    await fc.assert(
      fc.asyncProperty(fc.array(bytes), async (pieces) => {
        expect(await ask(answering([ANSWER.slice(0, 40), ...pieces]))).toEqual(expect.any(Array));
      }),
    );
  });

  test.each([
    ['an end too early', ANSWER.slice(0, -1), ['alice 10.2.0.11', 'al 10.2.0.12', 'Disconnected']],
    ['anvil of 2.3', 'VERSION\tanvil\t1\t0\n', ['invalid answer: expected anvil-server version 2']],
    ['nothing', '', ['Disconnected']],
  ])('%s', async (_, answer, found) => {
    expect(await ask(answering([answer]))).toEqual(found);
  });

  test('nobody there', async () => {
    const refused: Connect = () => Promise.reject(new Error('connect(/run/d/anvil) failed: Connection refused'));
    expect(await ask(refused)).toEqual(['connect(/run/d/anvil) failed: Connection refused']);
  });

  test('we end', async () => {
    const ending = new AbortController();
    const asked = ask(() => new Promise(() => undefined), ending.signal);
    ending.abort();
    expect(await asked).toEqual(['Shutting down']);
    expect(await ask(answering([ANSWER]), ending.signal)).toEqual(['Shutting down']);
  });
});
