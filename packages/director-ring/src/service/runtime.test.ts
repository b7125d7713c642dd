import { createMemoryLog } from '@homing/io';
import { expect, test } from 'vitest';
import type { Director } from '../core/director.ts';
import { START, startSimulation } from '../testing/core.ts';
import type { Kicker } from './kicker.ts';
import { createRuntime, type Runtime } from './runtime.ts';

const note = (director: Director, text: string): void => {
  director.effects.push({ do: 'log', level: 'info', event: 'note', fields: {}, text });
};

/** `kick`: what the ipc service does with a kick; by default it never answers. */
const start = (kick: (director: Director, finished: () => void) => void = () => undefined) => {
  const { director } = startSimulation();
  const log = createMemoryLog('director');
  const kicker: Kicker = {
    kick: (_kick, finished) => kick(director, () => finished(undefined)),
    close: () => undefined,
  };
  const runtime: Runtime = createRuntime({
    director,
    log,
    now: () => START,
    kicker,
    loginFields: { refreshSeconds: 0, tellsDestuser: false },
    flush: { start: () => undefined, forget: () => undefined, close: () => undefined },
    network: { connect: () => Promise.reject(new Error('alone')), accept: (socket) => socket, useTls: () => undefined },
    onChanged: () => undefined,
  });
  return { director, runtime, logged: () => log.entries.map(({ text }) => text) };
};

test('what an effect brings about at once follows the effects before it', () => {
  const { director, runtime, logged } = start((core, finished) => {
    note(core, 'brought about');
    finished();
  });
  note(director, 'first');
  director.effects.push({ do: 'kick', id: 1, kick: { cmd: 'KICK', users: ['alice'] } });
  note(director, 'last');
  runtime.settle();
  expect(logged()).toEqual(['first', 'last', 'brought about']);
});

test('a fault in one effect does not keep the next event from being handled', () => {
  const { director, runtime, logged } = start(() => {
    throw new Error('fault');
  });
  director.effects.push({ do: 'kick', id: 1, kick: { cmd: 'KICK', users: ['alice'] } });
  expect(() => runtime.settle()).toThrow('fault');
  note(director, 'next');
  runtime.settle();
  expect(logged()).toEqual(['next']);
});

test('an answer goes to whoever waits for it, once', () => {
  const { director, runtime } = start();
  const answers: string[] = [];
  runtime.whenAnswered(7, (answer) => answers.push(answer.result));
  const answer = { do: 'answer', ticket: 7, answer: { result: 'fail', reason: 'no' } } as const;
  director.effects.push(answer, answer);
  runtime.settle();
  expect(answers).toEqual(['fail']);
});
