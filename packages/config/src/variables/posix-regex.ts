/**
 * POSIX extended syntax by JavaScript's: they differ in bracket expressions, where POSIX knows `[:class:]`, takes `\`
 * and `[` as they are and `]` too if it comes first.
 */
import { badFunction } from './template-error.ts';

/** Throws VariableFailure with regcomp(3)'s words. */
export const posixRegex = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern.replace(TOKEN, (token) => (token.startsWith('[') ? bracket(token) : token)));
  } catch (error) {
    throw badFunction(`if: regex failed: ${wording((error as Error).message)}`);
  }
};

/** An escaped character, or a whole bracket expression. */
const TOKEN = /\\.|\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/gs;

const bracket = (token: string): string => {
  const [, open = '', inner = ''] = /^(\[\^?)(.*)\]$/s.exec(token) ?? [];
  const body = inner.replace(/\[:(\w+):\]|[\\[\]]/g, (part, name: string | undefined) => {
    if (name === undefined) return `\\${part}`;
    const members = CLASSES[name];
    if (members === undefined) throw badFunction('if: regex failed: Invalid character class name');
    return members;
  });
  return `${open}${body}]`;
};

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/Unterminated group/, 'Unmatched ( or \\('],
  [/Unterminated character class/, 'Unmatched [, [^, [:, [., or [='],
  [/Nothing to repeat/, 'Invalid preceding regular expression'],
  [/Range out of order/, 'Invalid range end'],
  [/numbers out of order/, 'Invalid content of \\{\\}'],
  [/\\ at end of pattern/, 'Trailing backslash'],
];

const wording = (message: string): string => WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? message;

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
