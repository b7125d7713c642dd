/** Administers a running server, as doveadm does. Argv, environment and streams; all else is in `../homeadm`. */
import { writeSync } from 'node:fs';
import { doveadm } from '@homing/doveadm';
import { PRODUCT } from '../command-line/version.ts';
import { createHost } from '../homeadm/host.ts';
import { settingsLoader } from '../homeadm/settings.ts';
import { nodeSource } from '../settings/node-source.ts';

const DEFAULT_CONFIG = '/etc/homing/homing.conf';
const DEFAULT_WIDTH = 80;

/** All of it, before the process ends: a pipe may take less than it is given. */
const writeAll = (fd: number, text: string): void => {
  const bytes = Buffer.from(text, 'latin1');
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
};

/** The words of the command line as bytes; Node has read them as UTF-8. */
const words = process.argv.slice(2).map((word) => Buffer.from(word, 'utf8').toString('latin1'));
const say = (line: string): void => writeAll(2, `${line}\n`);

const status = await doveadm(words, {
  program: 'homeadm',
  version: PRODUCT,
  host: createHost(say),
  loadSettings: settingsLoader(process.env.CONFIG_FILE ?? DEFAULT_CONFIG, nodeSource),
  out: (bytes) => writeAll(1, bytes),
  err: say,
  terminalWidth: process.stdout.columns ?? DEFAULT_WIDTH,
});
process.exit(status);
