/**
 * The patterns of `!include`, as glob(3) with GLOB_BRACE has them: `{b,a}` first becomes one pattern each, in this
 * order; the matches of each are sorted. Without `*`, `?` and `[` a pattern is a path, which matches if it exists.
 */
import { existsSync } from 'node:fs';
import fastGlob from 'fast-glob';

/** Where the brace that opens at `start` closes, and the commas at its own level; undefined if it never does. */
const readBraces = (pattern: string, start: number): { end: number; commas: number[] } | undefined => {
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '{') depth++;
    if (char === ',' && depth === 1) commas.push(at);
    if (char === '}') depth--;
    if (char === '}' && depth === 0) return { end: at, commas };
  }
  return undefined;
};

export const expandBraces = (pattern: string): string[] => {
  const start = pattern.indexOf('{');
  const braces = start === -1 ? undefined : readBraces(pattern, start);
  if (braces === undefined) return [pattern];
  const edges = [start, ...braces.commas, braces.end];
  return edges.slice(1).flatMap((edge, at) => {
    const choice = pattern.slice((edges[at] ?? start) + 1, edge);
    return expandBraces(pattern.slice(0, start) + choice + pattern.slice(braces.end + 1));
  });
};

/** strcoll() in the C locale, in which servers are started. */
const byCollation = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** fast-glob drops a leading `./`, which error messages would miss. */
const matchOne = (pattern: string): string[] => {
  if (!/[*?[]/.test(pattern)) return existsSync(pattern) ? [pattern] : [];
  const prefix = pattern.startsWith('./') ? './' : '';
  return fastGlob
    .sync(pattern, { onlyFiles: false, dot: false, extglob: false, globstar: false, braceExpansion: false })
    .map((path) => (path.startsWith('./') ? path : prefix + path))
    .toSorted(byCollation);
};

export const glob = (pattern: string): string[] => expandBraces(pattern).flatMap(matchOne);
