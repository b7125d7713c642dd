/** Reads a configuration and all it includes into layers. The result depends on the files alone. */
import { ConfigError } from '../error.ts';
import type { Layer } from '../filter/merge.ts';
import { splitLines } from '../language/file-lines.ts';
import { parseStatement } from '../language/statement.ts';
import { type Note, warning } from '../note.ts';
import type { Source } from '../source.ts';
import { ValueError } from '../types/setting.ts';
import { applyStatement, setPath } from './apply.ts';
import { createLoading, type Expand, type Loading } from './loading.ts';
import { convertObsolete } from './obsolete/convert.ts';

/** What the files say, before anything is checked that needs all of it. */
export type Document = {
  readonly path: string;
  /** The global layer first, the others in the order of their first appearance. */
  readonly layers: readonly Layer[];
  readonly notes: readonly Note[];
  /** Settings and sections by name, those inside sections by path too, with the place of their first use. */
  readonly used: ReadonlyMap<string, string>;
  /** Where the block began that nobody closed. */
  readonly unclosed: string | undefined;
};

const ambiguousComment = ({ path, line }: Loading['input']): string =>
  `Configuration file ${path} line ${line}: Ambiguous '#' character in line, treating it as comment. ` +
  'Add a space before it to remove this warning.';

const applyLine = (loading: Loading, line: string, soFar: string): string => {
  const { input, notes } = loading;
  const statement = parseStatement(line, soFar, () => notes.push(warning(ambiguousComment(input))));
  if (statement.is === 'unfinished') return statement.soFar;
  if (!convertObsolete(loading, statement)) applyStatement(loading, statement);
  return '';
};

const lineFault = (error: unknown, { path, line }: Loading['input']): unknown =>
  error instanceof ValueError
    ? new ConfigError(`Error in configuration file ${path} line ${line}: ${error.message}`, {
        file: path,
        line,
        text: error.message,
      })
    : error;

/** A line goes on in the next file of the stack, as Dovecot's reader has it. */
const readLines = (loading: Loading): void => {
  let soFar = '';
  for (;;) {
    const { input } = loading;
    const line = input.lines[input.line];
    if (line === undefined) {
      if (input.outer === undefined) return;
      loading.input = input.outer;
      continue;
    }
    input.line++;
    try {
      soFar = applyLine(loading, line, soFar);
    } catch (error) {
      throw lineFault(error, loading.input);
    }
  }
};

export type ReadOptions = {
  readonly expand: Expand;
  /** `key=value` in order, applied after the files as `-o` does. */
  readonly overrides?: readonly string[];
  /** Gets the notes as they come up: they count even when a line is wrong later. */
  readonly notes?: Note[];
};

const applyOverride = (loading: Loading, override: string): void => {
  const [key = ''] = override.split('=', 1);
  try {
    if (key === override) throw new ValueError("Missing '='");
    setPath(loading, key, override.slice(key.length + 1));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ConfigError(`Invalid -o parameter ${override}: ${error.message}`, { text: error.message });
  }
};

/**
 * @param path of the main file; undefined for the defaults alone
 * @throws ConfigError at the first wrong line
 */
export const readConfig = (path: string | undefined, source: Source, options: ReadOptions): Document => {
  const file = path === undefined ? { text: '' } : source.read(path);
  const name = path ?? '<defaults>';
  if ('failure' in file) throw new ConfigError(`open(${name}) failed: ${file.failure}`, { file: name });
  const loading = createLoading(name, splitLines(file.text), source, options.expand, options.notes ?? []);
  readLines(loading);
  const { opened, outer } = loading.frame;
  if (outer === undefined) for (const override of options.overrides ?? []) applyOverride(loading, override);
  return {
    path: name,
    layers: loading.layers,
    notes: loading.notes,
    used: loading.used,
    unclosed: outer === undefined ? undefined : `${opened.path}:${opened.line}`,
  };
};
