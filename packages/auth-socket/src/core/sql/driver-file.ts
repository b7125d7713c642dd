/**
 * The `key = value` files that sql and ldap drivers read (`dovecot-sql.conf.ext`; auth.md 8): `#` after white space
 * begins a comment, `\` at the end of a line continues it, quotes may enclose a value, `!include` reads another file.
 */
import { DriverError, type DriverFiles } from '../passdb/driver-deps.ts';

export type DriverFile = ReadonlyMap<string, string>;

const MAX_INCLUDE_DEPTH = 20;

type Reading = {
  readonly values: Map<string, string>;
  readonly files: DriverFiles;
  readonly isKnown: (key: string) => boolean;
};

/** Throws DriverError with file and line, also for a key that is not known. Later values replace earlier ones. */
export const readDriverFile = (
  path: string,
  files: DriverFiles,
  isKnown: (key: string) => boolean = () => true,
): DriverFile => {
  const values = new Map<string, string>();
  readInto({ values, files, isKnown }, path, 0);
  return values;
};

const readInto = (reading: Reading, path: string, depth: number): void => {
  const { values, files, isKnown } = reading;
  if (depth > MAX_INCLUDE_DEPTH) throw new DriverError(`Error in configuration file ${path}: Recursive include file`);
  let bytes: string;
  try {
    bytes = files.read(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory' : String(error);
    throw new DriverError(`Can't open configuration file ${path}: ${reason}`);
  }
  for (const { text, line } of logicalLines(bytes)) {
    const fail = (reason: string): DriverError =>
      new DriverError(`Error in configuration file ${path} line ${line}: ${reason}`);
    const include = /^!(include|include_try)\s+(.+)$/.exec(text);
    if (include) {
      includeFiles(reading, path, include[1] === 'include_try', include[2] ?? '', depth, fail);
      continue;
    }
    const [, key, value] = /^([^\s=]+)\s*=\s*(.*)$/.exec(text) ?? [];
    if (key === undefined || value === undefined) throw fail(`Missing value: ${text}`);
    if (!isKnown(key)) throw fail(`Unknown setting: ${key}`);
    values.set(key, unquote(value));
  }
};

const includeFiles = (
  reading: Reading,
  from: string,
  isOptional: boolean,
  pattern: string,
  depth: number,
  fail: (reason: string) => DriverError,
): void => {
  const absolute = pattern.startsWith('/') ? pattern : `${from.slice(0, from.lastIndexOf('/') + 1)}${pattern}`;
  const paths = reading.files.glob(absolute);
  if (paths.length === 0 && !isOptional) throw fail(`Couldn't open include file ${absolute}`);
  for (const path of paths) readInto(reading, path, depth + 1);
};

function* logicalLines(bytes: string): Generator<{ text: string; line: number }> {
  let pending = '';
  let first = 0;
  for (const [at, raw] of bytes.split('\n').entries()) {
    const text = raw.trim();
    if (pending === '') first = at + 1;
    if (pending === '' && text.startsWith('#')) continue;
    const bare = withoutComment(text);
    if (bare.endsWith('\\')) {
      pending += `${bare.slice(0, -1).trimEnd()} `;
      continue;
    }
    const whole = (pending + bare).trim();
    pending = '';
    if (whole !== '') yield { text: whole, line: first };
  }
  if (pending.trim() !== '') yield { text: pending.trim(), line: first };
}

/** Cuts at the first `#` after white space, outside of quotes. */
const withoutComment = (text: string): string => {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? '';
    if (quote !== '') {
      if (c === '\\') at++;
      else if (c === quote) quote = '';
    } else if ((c === '"' || c === "'") && /=\s*$/.test(text.slice(0, at))) quote = c;
    else if (c === '#' && /\s/.test(text[at - 1] ?? '')) return text.slice(0, at).trimEnd();
  }
  return text;
};

/** One pair of quotes around the whole value, with backslash escapes inside. */
const unquote = (value: string): string => {
  const quote = value[0];
  if (value.length < 2 || (quote !== '"' && quote !== "'") || value.at(-1) !== quote) return value;
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
};
