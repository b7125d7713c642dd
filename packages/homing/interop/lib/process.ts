/** Child processes of a test: output kept, group killed at the end, nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { within } from './until.ts';

export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type Running = {
  readonly pid: number;
  /** What it has written so far, both streams. */
  output(): string;
  /** The exit status, or 128 + signal number as a shell gives it. */
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
} & AsyncDisposable;

export type SpawnOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string };

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
const STOP_MS = 10_000;
const RUN_MS = 60_000;

/** Starts a server in its own process group; disposing sends SIGTERM, and SIGKILL to the whole group at the end. */
export const startProcess = (command: string, args: readonly string[], options: SpawnOptions = {}): Running => {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  return {
    pid,
    output: () => output.stdout + output.stderr,
    exited,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!gone) child.kill('SIGTERM');
      await within(`the end of ${command}`, STOP_MS, exited).catch(() => undefined);
      killGroup(pid);
      await exited;
    },
  };
};

/** Runs a command to its end. Never rejects for an exit status; a command that cannot start has status 127. */
export const run = async (
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
  deadlineMs = RUN_MS,
): Promise<Finished> => {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = collect(child);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  try {
    const code = await within(`${command} ${args.join(' ')}`, deadlineMs, exitOf(child));
    return { code, ...output };
  } finally {
    child.kill('SIGKILL');
  }
};

const collect = (child: ChildProcess): { stdout: string; stderr: string } => {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return output;
};

const exitOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)));
  });

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended already.
  }
};

/** A process and all its living descendants. */
export const familyOf = (ancestor: number): number[] => {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const isOf = (pid: number | undefined): boolean => pid === ancestor || (!!pid && pid > 1 && isOf(parents.get(pid)));
  return [...parents.keys()].filter(isOf);
};

/** As `ps` shows it; empty for a process that has just ended. */
export const commandLine = (pid: number): string => readProc(pid, 'cmdline').replaceAll('\0', ' ');

const parentOf = (pid: number): number => Number(readProc(pid, 'stat').split(') ').at(-1)?.split(' ')[1] ?? 0);

const readProc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};
