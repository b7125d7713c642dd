/** What a director says of its ring while somebody joins it, and how long each answer took. */
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../interop/lib/process.ts';
import { until } from '../../interop/lib/until.ts';

/** Without a neighbour; with one that has connected; with one on both sides, and all synced. */
export type Phase = 'alone' | 'joining' | 'joined';

/** Times in ms of the monotonic clock, the same for all processes. */
export type Sample = { readonly asked: number; readonly answered: number; readonly phase: string };

export type Watch = {
  samples(): Sample[];
  until(phase: Phase, deadlineMs: number): Promise<void>;
} & AsyncDisposable;

/** `socket`: of director-admin. It asks as soon as there is such a file. */
export const startWatch = (socket: string): Watch => {
  const file = fileURLToPath(new URL('../load/ring-watch.ts', import.meta.url));
  const running = startProcess(process.execPath, [file, socket]);
  let end: number | undefined;
  void running.exited.then((code) => {
    end = code;
  });
  return {
    samples: () => running.output().trimEnd().split('\n').map(sample),
    async until(phase, deadlineMs) {
      await until(`the director at ${socket} to be ${phase}`, deadlineMs, () => {
        if (end !== undefined) throw new Error(`the watch of ${socket} has ended: ${running.output()}`);
        return running.output().includes(`\t${phase}\n`);
      });
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
};

const sample = (line: string): Sample => {
  const [asked, answered, phase = ''] = line.split('\t');
  return { asked: Number(asked) / 1e6, answered: Number(answered) / 1e6, phase };
};
