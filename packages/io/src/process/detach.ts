/**
 * Into the background. Node cannot fork(), so a copy of this program is started in its own session; we wait until it
 * says that it serves, and pass on what it says if it does not. So the exit status is the truth, as with Dovecot.
 */
import { spawn } from 'node:child_process';
import { stderr } from 'node:process';

/** What the background process sends when it serves. */
export const READY = 'ready';

/** The status to end with: 0 once the background process serves, else its own. */
export const startInBackground = (script: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.pipe(stderr);
    child.on('error', (error) => {
      stderr.write(`${error.message}\n`);
      resolve(71);
    });
    child.on('message', (message) => {
      if (message !== READY) return;
      child.stderr?.destroy();
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });

/** Tells whoever started us in the background, if anybody did, and lets go of it. */
export const tellReady = (): void => {
  if (process.send === undefined) return;
  process.send(READY, () => process.disconnect?.());
};
