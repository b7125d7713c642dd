/** Prints the configuration, as doveconf does. Argv, environment and streams; all else is in `../homeconf`. */
import { writeSync } from 'node:fs';
import { homeconf } from '../homeconf/homeconf.ts';
import { nodeSource } from '../settings/node-source.ts';

const DEFAULT_CONFIG = '/etc/homing/homing.conf';

/** All of it, before the process ends: a pipe may take less than it is given. */
const writeAll = (fd: number, text: string): void => {
  const bytes = Buffer.from(text, 'latin1');
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
};

process.exitCode = homeconf(process.argv.slice(2), process.env.CONFIG_FILE ?? DEFAULT_CONFIG, nodeSource, {
  out: (bytes) => writeAll(1, bytes),
  log: (line) => writeAll(2, `${line}\n`),
});
