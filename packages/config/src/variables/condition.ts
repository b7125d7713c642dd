/**
 * `%{if;<lhs>;<op>;<rhs>;<true>[;<false>]}` (lib/var-expand-if.c). Every parameter is a template; `\` takes the special
 * meaning from `;`, `:` and `}`.
 */
import type { Expansion } from './expand.ts';
import { posixRegex } from './posix-regex.ts';
import { badFunction, VariableFailure } from './template-error.ts';
import { wildcardMatch } from './wildcard.ts';

type Compare = (lhs: string, rhs: string) => boolean;

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
  '~': (lhs, rhs) => posixRegex(rhs).test(lhs),
  '!~': (lhs, rhs) => !posixRegex(rhs).test(lhs),
};

/** `key` is everything between the braces. */
export const chooseBranch = (key: string, expandInner: (text: string) => Expansion): string => {
  const semicolon = key.indexOf(';');
  if (semicolon === -1) throw badFunction('if: missing parameter(s)');
  const parameters = splitParameters(key.slice(semicolon + 1));
  if (parameters.length !== 4 && parameters.length !== 5) {
    throw badFunction(`if: requires four or five parameters, got ${parameters.length}`);
  }
  const [lhs = '', operator = '', rhs = '', yes = '', no = ''] = parameters.map((text) => whole(expandInner(text)));
  const compare = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (compare === undefined) throw badFunction(`if: Unsupported comparator '${operator}'`);
  return compare(lhs, rhs) ? yes : no;
};

const whole = ({ text, error }: Expansion): string => {
  if (error !== undefined) throw new VariableFailure(error.code, error.message);
  return text;
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
      // Of several in a row none takes the meaning from another.
      while (text[at] === '\\') at++;
      parameter += text[at] ?? '';
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
  if (!/^-?\d{1,19}$/.test(text)) throw badFunction(`if: ${text} (${side}) is not a number`);
  const value = BigInt(text);
  if (value !== BigInt.asIntN(64, value)) throw badFunction(`if: ${text} (${side}) is not a number`);
  return value;
};
