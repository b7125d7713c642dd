/** The configuration as the command line asks for it: `-c`, `-o`, `-O`. */
import { type Config, ConfigError, loadConfig, type Source } from '@homing/config';
import { type Doveadm, EXIT, Fatal } from '@homing/doveadm';

/** With `-O` no file is read; this one stands for it. */
const NO_FILE = '/dev/null';

/** `fallback`: the path without `-c`. */
export const settingsLoader =
  (fallback: string, source: Source): Doveadm['loadSettings'] =>
  ({ config, overrides, defaultsOnly }) =>
    load(defaultsOnly ? NO_FILE : (config ?? fallback), source, overrides).settings({ service: 'doveadm' });

const load = (path: string, source: Source, overrides: readonly string[]): Config => {
  try {
    return loadConfig(path, source, overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Fatal(error.message, EXIT.fatal);
  }
};
