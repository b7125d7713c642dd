/**
 * `%{if;<lhs>;<op>;<rhs>;<true>[;<false>]}` (lib/var-expand-if.c). Every parameter is a template; `\` takes the special
 * meaning from `;`, `:` and `}`.
 */
import type { ByteString } from '@homing/wire';
import { TemplateError } from './template-error.ts';
import { wildcardMatch } from './wildcard.ts';

type Compare = (lhs: ByteString, rhs: ByteString) => boolean;

const numbers =
  (holds: (order: number) => boolean): Compare =>
  (lhs, rhs) => {
    const a = integer(lhs, 'lhs');
    const b = integer(rhs, 'rhs');
    return holds(a < b ? -1 : a > b ? 1 : 0);
  };

const strings =
  (holds: (order: number) => boolean): Compare =>
  (lhs, rhs) =>
    holds(lhs < rhs ? -1 : lhs > rhs ? 1 : 0);

const OPERATORS: Readonly<Record<string, Compare>> = {
  '==': numbers((order) => order === 0),
  '!=': numbers((order) => order !== 0),
  '<': numbers((order) => order < 0),
  '<=': numbers((order) => order <= 0),
  '>': numbers((order) => order > 0),
  '>=': numbers((order) => order >= 0),
  eq: strings((order) => order === 0),
  ne: strings((order) => order !== 0),
  lt: strings((order) => order < 0),
  le: strings((order) => order <= 0),
  gt: strings((order) => order > 0),
  ge: strings((order) => order >= 0),
  '*': (lhs, rhs) => wildcardMatch(lhs, rhs),
  '!*': (lhs, rhs) => !wildcardMatch(lhs, rhs),
  '~': (lhs, rhs) => regex(rhs).test(lhs),
  '!~': (lhs, rhs) => !regex(rhs).test(lhs),
};

/** `key` is everything between the braces. */
export const chooseBranch = (key: string, expandInner: (text: string) => ByteString): ByteString => {
  const semicolon = key.indexOf(';');
  if (semicolon === -1) throw new TemplateError('if: missing parameter(s)');
  const parameters = splitParameters(key.slice(semicolon + 1));
  if (parameters.length !== 4 && parameters.length !== 5) {
    throw new TemplateError(`if: requires four or five parameters, got ${parameters.length}`);
  }
  const [lhs = '', operator = '', rhs = '', yes = '', no = ''] = parameters.map(expandInner);
  const compare = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (compare === undefined) throw new TemplateError(`if: Unsupported comparator '${operator}'`);
  return compare(lhs, rhs) ? yes : no;
};

/** Splits at `;` outside of inner `%{...}`; an unescaped `:` ends the list; a last empty parameter does not count. */
const splitParameters = (text: string): string[] => {
  const parameters: string[] = [];
  let parameter = '';
  let depth = 0;
  let afterPercent = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? '';
    if (c === '\\') {
      parameter += text[++at] ?? '';
      continue;
    }
    if (c === '%') afterPercent = true;
    else if (afterPercent && c === '{') {
      depth++;
      afterPercent = false;
    } else if (depth > 0 && c === '}') depth--;
    else if (depth === 0 && c === ';') {
      parameters.push(parameter);
      parameter = '';
      continue;
    } else if (depth === 0 && c === ':') break;
    parameter += c;
  }
  if (parameter !== '') parameters.push(parameter);
  return parameters;
};

const integer = (text: string, side: 'lhs' | 'rhs'): bigint => {
  if (!/^-?\d{1,19}$/.test(text)) throw new TemplateError(`if: ${text} (${side}) is not a number`);
  return BigInt(text);
};

/** POSIX extended syntax, of which JavaScript's is a superset but for `[[:class:]]`, translated here. */
const regex = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole));
  } catch (error) {
    throw new TemplateError(`if: regex failed: ${(error as Error).message}`);
  }
};

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@\\[-`{-~',
  space: ' \\t\\n\\v\\f\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};
