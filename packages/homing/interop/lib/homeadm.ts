/** What `main/homeadm.ts` does, in this process: a hundred starts of Node take longer than all the rest of a test. */
import { doveadm } from '@homing/doveadm';
import { PRODUCT } from '../../src/command-line/version.ts';
import { createHost } from '../../src/homeadm/host.ts';
import { settingsLoader } from '../../src/homeadm/settings.ts';
import { nodeSource } from '../../src/settings/node-source.ts';
import type { Finished } from './process.ts';
import { until } from './until.ts';

/** Waits until nobody is left at the login processes whom `proxy list` asks. */
export const noSessions = (configFile: string, ...args: string[]): Promise<boolean> =>
  until('the end of all sessions', 10_000, async () => {
    const { code, stdout } = await homeadmHere(configFile, '-h', '-f', 'tab', 'proxy', 'list', ...args);
    return code === 0 && stdout.trim() === '';
  });

export const homeadmHere = async (configFile: string, ...args: string[]): Promise<Finished> => {
  let stdout = '';
  let stderr = '';
  const err = (line: string): void => {
    stderr += `${line}\n`;
  };
  const code = await doveadm(['-c', configFile, ...args], {
    program: 'homeadm',
    version: PRODUCT,
    host: createHost(err),
    loadSettings: settingsLoader(configFile, nodeSource),
    out: (bytes) => {
      stdout += bytes;
    },
    err,
    terminalWidth: 80,
  });
  return { code, stdout, stderr };
};
