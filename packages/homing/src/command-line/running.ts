/** `homing reload`, `stop` and `reopen`: a signal to the server whose PID is in `base_dir/master.pid`. */
import { errnoText, errorCode, runningPid } from '@homing/io';

export type Answer = { readonly status: number; readonly text: string };

/** sysexits.h EX_TEMPFAIL, as doveadm answers. */
const TEMPFAIL = 75;
const STOP_WAIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

const SIGNALS = { reload: 'SIGHUP', reopen: 'SIGUSR1', stop: 'SIGTERM' } as const;

export const tellRunning = async (command: keyof typeof SIGNALS, baseDir: string): Promise<Answer> => {
  const path = `${baseDir}/master.pid`;
  const pid = runningPid(path);
  if (pid === undefined) return { status: TEMPFAIL, text: `Homing is not running (read from ${path})` };
  try {
    process.kill(pid, SIGNALS[command]);
  } catch (error) {
    return { status: TEMPFAIL, text: `kill(${pid}) failed: ${errnoText(errorCode(error))}` };
  }
  if (command !== 'stop') return { status: 0, text: '' };
  const deadline = Date.now() + STOP_WAIT_MS;
  while (runningPid(path) === pid) {
    if (Date.now() > deadline) {
      return { status: TEMPFAIL, text: `PID ${pid} still finishes logins; stop once more to end them` };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { status: 0, text: '' };
};
