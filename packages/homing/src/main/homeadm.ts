/** Administers a running server, as doveadm does. Argv, environment and streams; all else is in `../homeadm`. */
import { doveadm } from '@homing/doveadm';
import { PRODUCT } from '../command-line/version.ts';
import { writeAll } from '../command-line/write-all.ts';
import { createHost } from '../homeadm/host.ts';
import { settingsLoader } from '../homeadm/settings.ts';
import { nodeSource } from '../settings/node-source.ts';

const DEFAULT_CONFIG = '/etc/homing/homing.conf';
const DEFAULT_WIDTH = 80;

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
