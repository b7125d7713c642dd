/**
 * One line of dovecot.conf (2.3), read as doveconf's config_parse_line() reads it:
 *
 *   key = value | name [arg] {  | } | !include pattern | !include_try pattern | nothing
 *
 * A line that ends in `\` goes on with the next one; what was collected is lost if that is empty or a comment.
 */
import { unbackslash } from './quote.ts';

/** `file`: contents of the named file; `variables`: text with `$name` in it. */
export type ValueText = { readonly from: 'text' | 'file' | 'variables'; readonly text: string };

export type Statement =
  | { readonly is: 'nothing' }
  /** Prepend `so far` to the next line. */
  | { readonly is: 'unfinished'; readonly soFar: string }
  | { readonly is: 'set'; readonly key: string; readonly value: ValueText }
  | { readonly is: 'begin'; readonly name: string; readonly arg: string }
  | { readonly is: 'end' }
  | { readonly is: 'include'; readonly pattern: string; readonly optional: boolean }
  | { readonly is: 'wrong'; readonly text: string };

const isWhite = (char: string | undefined): boolean => char === ' ' || char === '\t';

/** Where a comment starts, or the length. A quote, anywhere, protects `#` up to its partner. */
const commentStart = (line: string): number => {
  let at = 0;
  while (at < line.length) {
    const char = line[at];
    if (char === '#') return at;
    if (char === "'" || char === '"') {
      at++;
      while (at < line.length && line[at] !== char) at += line[at] === '\\' ? 2 : 1;
    }
    at++;
  }
  return line.length;
};

const parseValue = (rest: string): ValueText => {
  if (rest.startsWith('<')) return { from: 'file', text: rest.slice(1).replace(/^[ \t]+/, '') };
  const quote = rest[0];
  const isQuoted = quote === "'" || quote === '"';
  if (!isQuoted && rest.includes('$')) return { from: 'variables', text: rest };
  const isWhole = isQuoted && rest.length > 1 && rest.endsWith(quote);
  return { from: 'text', text: isWhole ? unbackslash(rest.slice(1, -1)) : rest };
};

/** `rest` is what follows the name: `{`, `arg {` or `"arg" {`. */
const parseBegin = (name: string, rest: string): Statement => {
  const [, quoted, plain = '', after = ''] =
    /^(?:"([^"]*)"|([^ \t{"][^ \t]*)(?=[ \t]|$)|)[ \t]*(.*)$/s.exec(rest) ?? [];
  if (!after.startsWith('{')) return { is: 'wrong', text: "Expecting '{'" };
  if (after.length > 1) return { is: 'wrong', text: "Garbage after '{'" };
  return { is: 'begin', name, arg: quoted === undefined ? plain : unbackslash(quoted) };
};

const parseLogical = (line: string): Statement => {
  const [, key = '', gap = '', rest = ''] = /^([^ \t=]*)([ \t]*)(.*)$/s.exec(line) ?? [];
  if (key === '!include' || key === '!include_try') {
    return { is: 'include', pattern: rest, optional: key === '!include_try' };
  }
  if (rest.startsWith('=')) return { is: 'set', key, value: parseValue(rest.slice(1).replace(/^[ \t]+/, '')) };
  if (key === '}' && rest === '') return { is: 'end' };
  return gap === '' ? { is: 'wrong', text: "Expecting '{'" } : parseBegin(key, rest);
};

/**
 * @param line without its LF
 * @param soFar of the unfinished line before, or empty
 * @param ambiguous called when a `#` that has no space before it starts a comment
 */
export const parseStatement = (line: string, soFar: string, ambiguous: () => void): Statement => {
  const text = line.replace(/^[ \t]+/, '');
  if (text === '' || text.startsWith('#')) return { is: 'nothing' };
  const end = commentStart(text);
  if (end < text.length && !isWhite(text[end - 1])) ambiguous();
  const stripped = text.slice(0, end).replace(/[ \t]+$/, '');
  if (stripped.endsWith('\\')) {
    const kept = stripped.slice(0, -1).replace(/[ \t]+$/, '');
    return { is: 'unfinished', soFar: kept === '' ? soFar : `${soFar}${kept} ` };
  }
  return parseLogical(soFar + stripped);
};
