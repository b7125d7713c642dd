/** A program of the admin's, run to its end: the director's `exec:` flush script. */
import { spawn } from 'node:child_process';

export type CommandResult = {
  readonly isSuccess: boolean;
  /** latin1, of stdout; stderr is discarded. */
  readonly output: string;
};

export type CommandOptions = {
  readonly cwd?: string;
  /** More than this many bytes of output end it and reject. */
  readonly maxOutput: number;
  /** Kills it, and rejects. */
  readonly signal: AbortSignal;
};

/** Rejects if it cannot be started. `isSuccess`: exit status 0. */
export const runCommand = (program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      signal: options.signal,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => {
      output += text;
      if (output.length <= options.maxOutput) return;
      child.kill('SIGKILL');
      reject(new Error(`${program}: more than ${options.maxOutput} bytes of output`));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ isSuccess: code === 0, output }));
  });
