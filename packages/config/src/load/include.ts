/** `!include` and `!include_try`: matches are put on the stack of files, the first one on top. */
import { splitLines } from '../language/file-lines.ts';
import { ValueError } from '../types/setting.ts';
import type { Input, Loading } from './loading.ts';

/** Relative to the folder of the file that is being read. */
export const besideInput = (path: string, input: Input): string => {
  const slash = input.path.lastIndexOf('/');
  return path.startsWith('/') || slash === -1 ? path : input.path.slice(0, slash + 1) + path;
};

const push = (loading: Loading, path: string, optional: boolean): void => {
  for (let input: Input | undefined = loading.input; input !== undefined; input = input.outer) {
    if (input.path === path) throw new ValueError(`Recursive include file: ${path}`);
  }
  const file = loading.source.read(path);
  if ('text' in file) loading.input = { path, lines: splitLines(file.text), line: 0, outer: loading.input };
  else if (!optional) throw new ValueError(`Couldn't open include file ${path}: ${file.failure}`);
};

/** @throws ValueError */
export const include = (loading: Loading, pattern: string, optional: boolean): void => {
  const paths = loading.source.glob(besideInput(pattern, loading.input));
  if (paths.length === 0 && !optional) throw new ValueError('No matches');
  for (const path of paths.toReversed()) push(loading, path, optional);
};
