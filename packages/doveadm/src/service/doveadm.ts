/** Runs one doveadm command line from its words to the exit status. */
import type { ByteString } from '@homing/wire';
import { readArguments } from '../core/command/arguments.ts';
import { EXIT } from '../core/command/command.ts';
import { Fatal, WrongUsage } from '../core/command/fatal.ts';
import { findCommand } from '../core/command/find.ts';
import { type GlobalOptions, readGlobalOptions } from '../core/command/global-options.ts';
import { commandUsage, usage } from '../core/command/usage.ts';
import { createOutput, isFormatName } from '../core/print/output.ts';
import { allCommands } from './commands.ts';
import type { Command, Context, DoveadmSettings, Host } from './context.ts';
import { helpText } from './help.ts';

export type Doveadm = {
  /** The name under which the program was started; usage lines begin with it. */
  readonly program: string;
  readonly version: string;
  readonly host: Host;
  /** `-c`, `-o` and `-O` as given. Throws Fatal. */
  readonly loadSettings: (options: Pick<GlobalOptions, 'config' | 'overrides' | 'defaultsOnly'>) => DoveadmSettings;
  readonly out: (bytes: ByteString) => void;
  /** Lines for stderr, without their LF. */
  readonly err: (line: ByteString) => void;
  /** Of the terminal at stdout; 80 if it is none. */
  readonly terminalWidth: number;
};

const MIN_WIDTH = 30;

/** Resolves with the exit status. */
export const doveadm = async (words: readonly string[], doveadm: Doveadm): Promise<number> => {
  const { program, out, err } = doveadm;
  const line = readGlobalOptions(words);
  switch (line.do) {
    case 'help':
      out(helpText(program, allCommands(program)));
      return EXIT.ok;
    case 'version':
      out(`${doveadm.version}\n`);
      return EXIT.ok;
    case 'error':
      err(`${program}: ${line.text}`);
      return EXIT.fatal;
    case 'run':
      return runLine(line, doveadm);
  }
};

const runLine = async (options: GlobalOptions, doveadm: Doveadm): Promise<number> => {
  const { program, err } = doveadm;
  const commands = allCommands(program);
  const found = findCommand(options.words, commands);
  if (options.format !== undefined && !isFormatName(options.format)) {
    err(`${program}: Fatal: Unknown print formatter: ${options.format}`);
    return EXIT.tempFail;
  }
  if (found === undefined) {
    const [group = ''] = options.words;
    const isGroup = group !== '' && commands.some(({ name }) => name.startsWith(`${group} `));
    err(usage(program, commands, isGroup ? group : '').trimEnd());
    return EXIT.usage;
  }
  return runCommand(found.command, found.rest, options, doveadm);
};

const runCommand = async (
  command: Command,
  rest: readonly string[],
  options: GlobalOptions,
  doveadm: Doveadm,
): Promise<number> => {
  const { program, err, out } = doveadm;
  if (rest[0] === '--help') {
    out(helpText(program, [command]));
    return EXIT.ok;
  }
  const read = readArguments(command, rest);
  if ('error' in read) {
    const word = command.name.slice(command.name.lastIndexOf(' ') + 1);
    err(read.from === 'getopt' ? `${word}: ${read.error}` : `Error: ${read.error}`);
    return EXIT.usage;
  }
  let printed = '';
  const print = (bytes: ByteString): void => {
    printed += bytes;
  };
  const forced = options.format !== undefined && isFormatName(options.format) ? options.format : undefined;
  const width = Math.max(MIN_WIDTH, doveadm.terminalWidth);
  const context: Context = {
    values: read.values,
    output: createOutput(forced, { write: print, hideTitles: options.hideTitles, width }),
    settings: once(() => doveadm.loadSettings(options)),
    host: doveadm.host,
    verbose: options.verbose,
    print,
    say: err,
    info: (text) => err(`Info: ${text}`),
    warning: (text) => err(`Warning: ${text}`),
    error: (text) => err(`Error: ${text}`),
    exitCode: EXIT.ok,
  };
  const status = await finish(command, context, doveadm);
  out(status.keepsOutput ? printed : '');
  return status.code;
};

/** A fatal end loses what was not yet written, as the original's buffered streams do. */
const finish = async (
  command: Command,
  context: Context,
  { program, err }: Doveadm,
): Promise<{ code: number; keepsOutput: boolean }> => {
  try {
    await command.run(context);
    context.output.end();
    return { code: context.exitCode, keepsOutput: true };
  } catch (error) {
    if (error instanceof WrongUsage) {
      err(commandUsage(program, command).trimEnd());
      return { code: EXIT.usage, keepsOutput: false };
    }
    if (!(error instanceof Fatal)) throw error;
    err(`Fatal: ${error.message}`);
    return { code: error.status, keepsOutput: false };
  }
};

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
