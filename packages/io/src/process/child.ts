/**
 * One child process: a module of ours under the same Node, with a message channel that carries sockets, and its stderr
 * as the way of its log lines (`log/child-lines.ts`). It does not outlive us: when the channel closes it ends.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ServerHandle } from '../socket/server-handle.ts';

export type ChildSpec = {
  readonly module: URL;
  readonly args?: readonly string[];
  /** Of Node and V8, besides our own. */
  readonly engineOptions: readonly string[];
  /** Pieces of what the child writes to stderr, UTF-8, cut anywhere. */
  readonly onStderr: (text: string) => void;
  readonly onMessage: (message: unknown) => void;
};

export type ChildExit = { readonly signal: NodeJS.Signals | undefined; readonly code: number };

export type Child = {
  readonly pid: number | undefined;
  /** Lost if the child is already gone; its exit is told anyway. */
  send(message: object, handle?: ServerHandle): void;
  /** The connection is the child's from now on; nothing of it was read here. It is closed if the child is gone. */
  give(message: object, socket: Socket): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it is gone and all its stderr has been read. Never rejects. */
  readonly exited: Promise<ChildExit>;
};

/** sysexits.h EX_OSERR: it could not even be started. */
const CANNOT_START = 71;

export const startChild = (spec: ChildSpec): Child => {
  const child = fork(fileURLToPath(spec.module), [...(spec.args ?? [])], {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...spec.engineOptions],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', spec.onStderr);
  child.stderr?.on('error', () => {});
  child.on('message', spec.onMessage);
  return {
    pid: child.pid,
    exited: exitOf(child, spec),
    send(message, handle) {
      if (!child.connected) return;
      // Any failure here means that the child is going; `exited` tells.
      const sendable = handle as unknown as Parameters<ChildProcess['send']>[1];
      child.send(message as Parameters<ChildProcess['send']>[0], sendable, { keepOpen: true }, () => {});
    },
    give(message, socket) {
      if (!child.connected) {
        socket.destroy();
        return;
      }
      child.send(message as Parameters<ChildProcess['send']>[0], socket, { keepOpen: false }, (error) => {
        if (error !== null) socket.destroy();
      });
    },
    kill: (signal) => void child.kill(signal),
  };
};

const exitOf = (child: ChildProcess, spec: ChildSpec): Promise<ChildExit> =>
  new Promise((resolve) => {
    child.on('error', (error) => {
      spec.onStderr(`${error.message}\n`);
      if (child.pid === undefined) resolve({ signal: undefined, code: CANNOT_START });
    });
    child.on('close', (code, signal) => resolve({ signal: signal ?? undefined, code: code ?? 0 }));
  });
