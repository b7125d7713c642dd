/** `--help`: a short manual page of the program, or of one command. */
import type { Command } from './context.ts';

const OPTIONS = `OPTIONS
    -c <file>          configuration file
    -D                 debug messages; implies -v
    -f <formatter>     flow, json, pager, tab or table
    -h                 no title row (tab and table)
    -o <name>=<value>  another value for a setting; may be repeated
    -O                 no configuration file, defaults only
    -v                 say what was done
`;

const EXIT_STATUS = `EXIT STATUS
    0   done
    64  wrong command line
    67  no such user
    68  no such host or director
    75  no connection, or another temporary failure
    76  the server speaks another protocol
    77  permission denied, or authentication failed
    89  wrong global option, or an error in the configuration
`;

export const helpText = (program: string, commands: readonly Command[]): string => {
  const one = commands.length === 1 ? commands[0] : undefined;
  const name =
    one === undefined ? `${program} - administer a running server` : `${program} ${one.name} - ${one.summary}`;
  const synopsis =
    one === undefined
      ? `    ${program} [-Dhv] [-c <file>] [-f <formatter>] [-o <name>=<value>] <command> [<args>]\n`
      : `    ${program} ${one.name} ${one.usage}\n`;
  const list = commands.map((each) => `    ${each.name} ${each.usage}\n        ${each.summary}\n`).join('');
  const body = one === undefined ? `COMMANDS\n${list}\n` : '';
  return `NAME\n    ${name}\n\nSYNOPSIS\n${synopsis}\n${body}${OPTIONS}\n${EXIT_STATUS}`;
};
