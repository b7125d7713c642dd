/**
 * One supervised process of ours with everything it must be told: when it is started again it gets the configuration and
 * its listeners again. Its log lines come through here.
 */
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import {
  type Child,
  createChildLines,
  type HeldListener,
  type Log,
  type LogOutput,
  startChild,
  supervise,
} from '@homing/io';
import { assertNever } from '@homing/wire';
import type { MasterSocket } from '../child/master-sockets.ts';
import { type FromChild, isFromChild, type ListenerFile, type ToChild } from '../child/messages.ts';
import type { Recording } from '../settings/recording.ts';
import type { OpenListener } from './open-listeners.ts';

export type CrewProcess = {
  readonly name: string;
  /** Of the first start: resolves when it serves, rejects with why it cannot. */
  readonly ready: Promise<void>;
  isReady(): boolean;
  serve(listener: OpenListener): void;
  tell(message: ToChild): void;
  /** Resolves with the reason if the process keeps its old configuration. */
  reload(recording: Recording): Promise<string | undefined>;
  /** Resolves when it has ended. */
  stop(sessions: 'keep' | 'end'): Promise<void>;
  kill(): void;
};

export type CrewOptions = {
  readonly name: string;
  readonly module: URL;
  readonly engineOptions: readonly string[];
  readonly log: Log;
  readonly output: () => Pick<LogOutput, 'write'>;
  /** Asked at each start. */
  readonly recording: () => Recording;
  readonly listeners: () => readonly OpenListener[];
  readonly onReady: () => void;
  /** Rejects with why it cannot be. */
  readonly connect: (socket: MasterSocket) => Promise<Socket>;
};

export const startCrewProcess = (options: CrewOptions): CrewProcess => {
  const { name, log } = options;
  const first = Promise.withResolvers<void>();
  const answers: ((refusal: string | undefined) => void)[] = [];
  let ready = false;
  let wasReady = false;
  const onMessage = (message: unknown, child: Child): void => {
    if (!isFromChild(message)) return;
    switch (message.on) {
      case 'connect':
        void connectFor(child, message, options);
        return;
      case 'ready':
        ready = true;
        wasReady = true;
        first.resolve();
        options.onReady();
        return;
      case 'failed':
        if (wasReady) log.error('child_failed', {}, `service(${name}): ${message.text}`);
        first.reject(new Error(message.text));
        return;
      case 'reloaded':
        answers.shift()?.(undefined);
        return;
      case 'refused':
        answers.shift()?.(message.text);
        return;
      default:
        assertNever(message);
    }
  };
  const start = () => {
    const lines = childLines(options);
    const child: Child = startChild({
      module: options.module,
      engineOptions: options.engineOptions,
      onMessage: (message) => onMessage(message, child),
      onStderr: (text) => lines.push(text),
    });
    child.send({ do: 'start', recording: options.recording(), isRestart: wasReady } satisfies ToChild);
    for (const listener of options.listeners()) child.send(serveMessage(listener), handleOf(listener.held));
    void child.exited.then(() => {
      ready = false;
      lines.end();
      first.reject(new Error(`service(${name}): ended before it was ready`));
      for (const answer of answers.splice(0)) answer(`service(${name}): ended during the reload`);
    });
    return child;
  };
  const supervised = supervise({ name, start, log, now: Date.now });
  // What never worked is not tried again: it is the administrator's turn.
  first.promise.catch(() => void supervised.end());
  return {
    name,
    ready: first.promise,
    isReady: () => ready,
    serve: (listener) => supervised.child?.send(serveMessage(listener), handleOf(listener.held)),
    tell: (message) => supervised.child?.send(message),
    reload(recording) {
      const { child } = supervised;
      if (child === undefined || !ready) return Promise.resolve(undefined);
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      answers.push(resolve);
      child.send({ do: 'reload', recording } satisfies ToChild);
      return promise;
    },
    stop(sessions) {
      const ended = supervised.end();
      supervised.child?.send({ do: 'stop', sessions } satisfies ToChild);
      return ended;
    },
    kill: () => supervised.child?.kill('SIGKILL'),
  };
};

const connectFor = async (
  child: Child,
  { id, socket }: Extract<FromChild, { on: 'connect' }>,
  { connect }: CrewOptions,
): Promise<void> => {
  try {
    child.give({ do: 'connected', id, failure: undefined } satisfies ToChild, await connect(socket));
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    child.send({ do: 'connected', id, failure } satisfies ToChild);
  }
};

const serveMessage = ({ id, role, spec }: OpenListener): ToChild => ({
  do: 'serve',
  id,
  role,
  file: spec.kind === 'inet' ? undefined : fileOf(spec.path),
});

/** `undefined` if somebody removed it just now; then it will be renewed and served again. */
const fileOf = (path: string): ListenerFile | undefined => {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? undefined : { path, mode: file.mode & 0o777, uid: file.uid, gid: file.gid };
};

const handleOf = (held: HeldListener) => (held.bound.at === 'handle' ? held.bound.handle : undefined);

/** Finished lines go to the log as they are; what the runtime itself prints becomes an error of this process. */
const childLines = ({ name, log, output }: CrewOptions) => {
  const bare = log.service(name);
  const lines = createChildLines((text) => {
    bare.error('child_stderr', {}, text);
    return [];
  });
  return {
    push: (text: string) => output().write(lines.push(text)),
    end: () => output().write(lines.end()),
  };
};
