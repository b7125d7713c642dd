/** Programs that run and end: ours in the foreground, and the administrator's scripts. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One of ours, with our terminal. Returns its exit status. */
export const runProgram = (module: URL, args: readonly string[]): number =>
  spawnSync(process.execPath, [fileURLToPath(module), ...args], { stdio: 'inherit' }).status ?? 1;

export type ProgramOutput = { readonly isSuccess: boolean; readonly output: string };

const MAX_OUTPUT = 65_536;

/** Runs a script with its stdout captured (latin1). Rejects if it cannot be started or is stopped by `signal`. */
export const captureProgram = (program: string, args: readonly string[], signal: AbortSignal): Promise<ProgramOutput> =>
  new Promise((resolve, reject) => {
    execFile(program, [...args], { encoding: 'latin1', maxBuffer: MAX_OUTPUT, signal }, (error, output) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ isSuccess: error === null, output });
    });
  });
