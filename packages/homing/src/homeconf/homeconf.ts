/**
 * `homeconf`: what doveconf prints, on the same streams and with the same exit status: 0, or 89 if the configuration or
 * the command line is wrong.
 */
import { hostname, machine, release, type as systemName } from 'node:os';
import { type Block, ConfigError, type Report, type Request, reportConfig, type Source } from '@homing/config';
import { PRODUCT } from '../command-line/version.ts';
import { askedBy } from './asked.ts';
import { HELP } from './help.ts';
import { parseOptions } from './options.ts';

const FATAL = 89;

export type Output = {
  /** Latin-1 byte strings. */
  readonly out: (bytes: string) => void;
  readonly log: (line: string) => void;
};

const levels = { warning: 'Warning', error: 'Error', fatal: 'Fatal' } as const;

const firstLine = (path: string): string => `# ${PRODUCT}: ${path}\n`;

const restOfHeader = ({ scope }: Request): string =>
  `# OS: ${systemName()} ${release()} ${machine()}\n# Hostname: ${hostname()}\n` +
  (scope === 'all' ? '# NOTE: Send homeconf -n output instead when asking for help.\n' : '');

const write = (report: Report, header: string, output: Output): number => {
  const isPrinted = report.out !== '' || !report.notes.some(({ level }) => level === 'fatal');
  for (const { level, text } of report.notes) {
    if (level === 'warning') output.log(`homeconf: ${levels[level]}: ${text}`);
  }
  output.out((isPrinted ? header : '') + report.out);
  for (const { level, text } of report.notes) {
    if (level !== 'warning') output.log(`homeconf: ${levels[level]}: ${text}`);
  }
  return report.notes.some(({ level }) => level === 'fatal') ? FATAL : 0;
};

const fail = (text: string, output: Output): number => {
  output.log(text);
  return FATAL;
};

const askedOrFault = (filters: readonly string[], source: Source): Block | ConfigError => {
  try {
    return askedBy(filters, source);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

/**
 * @param fallback path of the configuration without `-c`
 * @returns the exit status
 */
export const homeconf = (args: readonly string[], fallback: string, source: Source, output: Output): number => {
  const options = parseOptions(args, fallback);
  if (options.do === 'usage-error') return fail(`homeconf: ${options.text}`, output);
  if (options.do === 'help') {
    output.out(HELP);
    return 0;
  }
  const asked = askedOrFault(options.filters, source);
  if (asked instanceof ConfigError) return fail(`homeconf: Fatal: ${asked.message}`, output);
  const { request, defaults } = options;
  const hasHeader = request.names.length === 0 && request.form === 'blocks';
  if (hasHeader) output.out(firstLine(request.path));
  const report = reportConfig({ ...request, asked, path: defaults ? undefined : request.path }, source);
  return write(report, hasHeader ? restOfHeader(request) : '', output);
};
