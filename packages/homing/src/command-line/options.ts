/** The command line of `homing`, as what to do. Pure. */
export type Command =
  | { do: 'serve'; config: string; foreground: boolean }
  | { do: 'reload' | 'stop' | 'reopen'; config: string }
  /** The rest of the line belongs to homeconf. */
  | { do: 'homeconf'; args: readonly string[] }
  | { do: 'help' | 'version' }
  | { do: 'usage-error'; text: string };

const DEFAULT_CONFIG = '/etc/homing/homing.conf';

export const parseCommandLine = (args: readonly string[], environment: { CONFIG_FILE?: string }): Command => {
  let config = environment.CONFIG_FILE ?? DEFAULT_CONFIG;
  let foreground = false;
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-c') {
      const path = args[++i];
      if (path === undefined) return { do: 'usage-error', text: 'option -c needs a file' };
      config = path;
    } else if (arg === '-F') foreground = true;
    else if (arg === '-n' || arg === '-a') return { do: 'homeconf', args: ['-c', config, ...args.slice(i)] };
    else if (arg === '--help' || arg === '-h') return { do: 'help' };
    else if (arg === '--version') return { do: 'version' };
    else if (arg.startsWith('-')) return { do: 'usage-error', text: `unknown option: ${arg}` };
    else words.push(arg);
  }
  return command(words, config, foreground);
};

const command = (words: readonly string[], config: string, foreground: boolean): Command => {
  const [word, extra] = words;
  if (extra !== undefined) return { do: 'usage-error', text: `unexpected argument: ${extra}` };
  switch (word) {
    case undefined:
      return { do: 'serve', config, foreground };
    case 'reload':
    case 'stop':
    case 'reopen':
      return { do: word, config };
    default:
      return { do: 'usage-error', text: `unknown command: ${word}` };
  }
};
