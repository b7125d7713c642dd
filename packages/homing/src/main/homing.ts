/** The server's executable: argv, environment and exit status; everything else is in `../command-line`. */
import { fileURLToPath } from 'node:url';
import { runProgram, startInBackground } from '@homing/io';
import { HELP } from '../command-line/help.ts';
import { parseCommandLine } from '../command-line/options.ts';
import { tellRunning } from '../command-line/running.ts';
import { PRODUCT } from '../command-line/version.ts';
import { baseDirOf } from '../settings/load.ts';

const EX_USAGE = 64;
const FATAL = 89;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const main = async (): Promise<number> => {
  const command = parseCommandLine(process.argv.slice(2), process.env);
  switch (command.do) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`${PRODUCT}\n`);
      return 0;
    case 'usage-error':
      say(`homing: Fatal: ${command.text}\nUsage: homing [-c FILE] [-F] [reload|stop|reopen] | -n | -a | --help`);
      return EX_USAGE;
    case 'homeconf':
      return runProgram(new URL('./homeconf.ts', import.meta.url), command.args);
    case 'serve':
      if (command.foreground) return (await import('../command-line/serve.ts')).serve(command.config, say);
      return startInBackground(fileURLToPath(import.meta.url), ['-F', '-c', command.config]);
    default:
      return tell(command.do, command.config);
  }
};

const tell = async (command: 'reload' | 'stop' | 'reopen', config: string): Promise<number> => {
  try {
    const { status, text } = await tellRunning(command, baseDirOf(config));
    if (text !== '') say(`homing: ${status === 0 ? '' : 'Fatal: '}${text}`);
    return status;
  } catch (error) {
    say(`homing: Fatal: ${error instanceof Error ? error.message : String(error)}`);
    return FATAL;
  }
};

process.exit(await main());
