/**
 * Runs `director_flush_socket` for a moved user: over a socket with the `script` protocol, or as a program. Only success
 * ends the wait for the user's logins at once; every failure is logged and leaves the kick delay to do its work.
 */
import { type Connect, hostVariable, type Log, type Outlet } from '@homing/io';
import { encodeScriptRequest, parseScriptReply, type ScriptReply } from '@homing/wire';
import type { FlushRequest } from '../core/effect.ts';
import { type FlushTarget, flushArguments, parseFlushTarget } from '../core/flush-socket.ts';

export type FlushRun = (program: string, args: readonly string[], signal: AbortSignal) => Promise<ProgramResult>;

/** `output`: latin1, of stdout. */
export type ProgramResult = { readonly isSuccess: boolean; readonly output: string };

export type FlushWays = {
  readonly connect: (target: Exclude<FlushTarget, { scheme: 'exec' }>) => Connect;
  readonly run: FlushRun;
};

export type FlushRunner = {
  start(id: number, request: FlushRequest, finished: (isClean: boolean) => void): void;
  /** Its result does not matter any more. */
  forget(id: number): void;
  close(): void;
};

/** What a script may write; it is logged line by line. */
const MAX_OUTPUT = 65_536;
const CONNECT_TIMEOUT_MS = 10_000;

export const createFlushRunner = (setting: string, ways: FlushWays, log: Log): FlushRunner => {
  const running = new Map<number, AbortController>();

  const report = (request: FlushRequest, socket: string, reply: ScriptReply): boolean => {
    if (reply.result === 'success') return true;
    const at = `${socket}: Failed to flush user hash ${request.hash} in host ${request.newIp}`;
    const fields = { user_hash: request.hash, host: request.newIp };
    if (reply.result === 'internal-failure') log.error('director_flush_failed', fields, `${at}: ${reply.reason}`);
    else for (const line of linesOf(reply.output)) log.error('director_flush_failed', fields, `${at}: ${line}`);
    return false;
  };
  const runTarget = (target: FlushTarget, request: FlushRequest, signal: AbortSignal): Promise<ScriptReply> => {
    const args = flushArguments(request);
    return target.scheme === 'exec'
      ? ways.run(target.program, [...target.args, ...args], signal).then(asReply)
      : askScript(ways.connect(target), encodeScriptRequest(args), signal);
  };

  return {
    start(id, request, finished) {
      const target = parseFlushTarget(setting, { ip: request.newIp, name: request.newHostname }, hostVariable);
      const abort = new AbortController();
      running.set(id, abort);
      const reply: Promise<ScriptReply> =
        target === undefined
          ? Promise.resolve({ result: 'internal-failure', reason: `cannot expand ${setting}` })
          : runTarget(target, request, abort.signal);
      reply
        .catch((error: unknown): ScriptReply => ({ result: 'internal-failure', reason: textOf(error) }))
        .then((result) => {
          if (abort.signal.aborted) return;
          running.delete(id);
          finished(report(request, target === undefined ? setting : nameOf(target), result));
        })
        .catch((error: unknown) => log.panic('director_flush_failed', {}, textOf(error)));
    },
    forget(id) {
      running.get(id)?.abort();
      running.delete(id);
    },
    close() {
      for (const abort of running.values()) abort.abort();
      running.clear();
    },
  };
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const nameOf = (target: FlushTarget): string => {
  if (target.scheme === 'tcp') return `tcp:${target.host}:${target.port}`;
  return target.scheme === 'unix' ? `unix:${target.path}` : `exec:${[target.program, ...target.args].join(' ')}`;
};

const linesOf = (output: string): string[] =>
  output === '' ? ['(no output to stdout)'] : output.replace(/\n$/, '').split('\n');

const asReply = ({ isSuccess, output }: ProgramResult): ScriptReply => ({
  result: isSuccess ? 'success' : 'failure',
  output,
});

const askScript = (connect: Connect, request: string, signal: AbortSignal): Promise<ScriptReply> => {
  const { promise, resolve, reject } = Promise.withResolvers<ScriptReply>();
  let outlet: Outlet | undefined;
  let received = '';
  const timeout = setTimeout(() => reject(new Error('Connection timed out')), CONNECT_TIMEOUT_MS).unref();
  signal.addEventListener('abort', () => {
    outlet?.close();
    reject(new Error('aborted'));
  });
  promise.then(
    () => clearTimeout(timeout),
    () => {
      clearTimeout(timeout);
      outlet?.close();
    },
  );
  connect((opened) => {
    outlet = opened;
    clearTimeout(timeout);
    if (signal.aborted) opened.close();
    opened.send(request);
    return {
      receive(bytes) {
        received += bytes;
        if (received.length > MAX_OUTPUT) reject(new Error(`more than ${MAX_OUTPUT} bytes of output`));
      },
      end: (error) => (error === undefined ? resolve(parseScriptReply(received)) : reject(error)),
    };
  }).catch(reject);
  return promise;
};
