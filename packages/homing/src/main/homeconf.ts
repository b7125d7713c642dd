/** Prints the configuration, as doveconf does. Argv, environment and streams; all else is in `../homeconf`. */
import { writeAll } from '../command-line/write-all.ts';
import { homeconf } from '../homeconf/homeconf.ts';
import { nodeSource } from '../settings/node-source.ts';

const DEFAULT_CONFIG = '/etc/homing/homing.conf';

process.exitCode = homeconf(process.argv.slice(2), process.env.CONFIG_FILE ?? DEFAULT_CONFIG, nodeSource, {
  out: (bytes) => writeAll(1, bytes),
  log: (line) => writeAll(2, `${line}\n`),
});
