/** Splits a template into text and variables; knows no names and no values. */
import { isModifier } from './modifier.ts';

export type Format = {
  /** Bytes to skip; negative counts from the end. */
  readonly offset: number;
  /** Bytes to keep, 0 for all; negative (only after an offset) drops that many from the end. */
  readonly width: number;
  /** `%05a`: fill up to `width` with zeros and never cut. */
  readonly zeroPadding: boolean;
  readonly modifiers: string;
  /** Nothing of the above. */
  readonly plain: boolean;
};

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'short'; readonly key: string; readonly format: Format }
  | { readonly is: 'long'; readonly key: string; readonly format: Format };

const MAX_MODIFIERS = 10;
/** Keeps arithmetic on widths inside the C int of the original. */
const MAX_WIDTH = 0x7fff_ffff;

export const parseTemplate = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent !== at) pieces.push({ is: 'text', text: text.slice(at, percent === -1 ? text.length : percent) });
    if (percent === -1) break;
    const [format, keyAt] = parseFormat(text, percent + 1);
    const key = text[keyAt];
    if (key === undefined) break;
    if (key === '{' && text.includes('}', keyAt)) {
      const end = closingBrace(text, keyAt + 1);
      pieces.push({ is: 'long', key: text.slice(keyAt + 1, end), format });
      at = end + 1;
    } else {
      pieces.push({ is: 'short', key, format });
      at = keyAt + 1;
    }
  }
  return pieces;
};

/** `[-][0]<digits>[.[0][-]<digits>]<modifiers>`: a sign counts only where an offset makes sense of it. */
const PREFIX = /(-?)(0?)(\d*)(?:(\.)(0?)(-?)(\d*))?/y;

const parseFormat = (text: string, start: number): readonly [Format, number] => {
  PREFIX.lastIndex = start;
  const [whole = '', sign, zero, first, dot, zero2, sign2, second] = PREFIX.exec(text) ?? [];
  let at = start + whole.length;
  let modifiers = '';
  while (modifiers.length < MAX_MODIFIERS && isModifier(text[at])) modifiers += text[at++];
  const number = (digits: string | undefined): number => Math.min(Number(digits ?? ''), MAX_WIDTH);
  const shape = dot
    ? {
        offset: sign === '-' ? -number(first) : number(first),
        width: sign2 === '-' ? -number(second) : number(second),
        zeroPadding: zero2 === '0',
        modifiers,
      }
    : { offset: 0, width: number(first), zeroPadding: zero === '0', modifiers };
  const plain = modifiers === '' && shape.offset === 0 && shape.width === 0;
  return [{ ...shape, plain }, at];
};

/** Where the brace opened before `start` closes; the end of the text if it never does. */
const closingBrace = (text: string, start: number): number => {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return at;
  }
  return text.length;
};
