/** Homing itself, started as an operator would and stopped at the end. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { startProcess } from '../../../packages/homing/interop/lib/process.ts';
import { until } from '../../../packages/homing/interop/lib/until.ts';
import { REPOSITORY, type State } from './state.ts';

export const HOMING = `${REPOSITORY}/packages/homing/bin/homing`;
export const HOMEADM = `${REPOSITORY}/packages/homing/bin/homeadm`;

const START_MS = 30_000;

/** Rejects with its log if it does not serve. `exited` tells if it ends by itself. */
export const startHoming = async (state: State): Promise<{ exited: Promise<number> } & AsyncDisposable> => {
  rmSync(state.logFile, { force: true });
  const log = (): string => (existsSync(state.logFile) ? readFileSync(state.logFile, 'utf8') : '');
  const homing = startProcess(HOMING, ['-F', '-c', state.configFile]);
  let status: number | undefined;
  void homing.exited.then((code) => {
    status = code;
  });
  try {
    await until('Homing to start', START_MS, () => {
      if (status !== undefined) throw new Error(`Homing ended with status ${status}`);
      return log().includes('starting up ');
    });
  } catch (error) {
    await homing[Symbol.asyncDispose]();
    throw new Error(`${homing.output()}${log()}`, { cause: error });
  }
  return homing;
};
