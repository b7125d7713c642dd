/**
 * `%` templates of Dovecot 2.3 (lib/var-expand.c), as far as a table of names goes:
 *
 *     %[<offset>.]<width>[<modifiers>]<letter>     %...{name}     %%
 *
 * Not here: `%{env:}`, `%{if;}`, `%{sha256:}` and the other functions; they need what a codec cannot have.
 */
import type { ByteString } from '../line/bytes.ts';
import { asciiLower, asciiUpper } from '../line/bytes.ts';

/** Bytes in, 16 bytes out. */
export type Md5 = (bytes: ByteString) => Uint8Array;

type Cut = { offset: number; width: number; zeroPadding: boolean };
type Modifier = (value: ByteString, cut: Cut, md5: Md5) => ByteString;

export type TemplatePart =
  | { part: 'text'; text: ByteString }
  | { part: 'variable'; name: string; modifiers: readonly Modifier[]; cut: Readonly<Cut> };

const MAX_MODIFIERS = 10;

const SHAPE = /^%(-?)(0?)(\d*)(?:(\.)(0?)(-?)(\d*))?/;

/** Reads a template once. `name` of a variable is its letter or what stood in the braces. */
export const parseTemplate = (template: ByteString): TemplatePart[] => {
  const parts: TemplatePart[] = [];
  let rest = template;
  while (rest !== '') {
    const percent = rest.indexOf('%');
    if (percent !== 0) {
      parts.push({ part: 'text', text: percent === -1 ? rest : rest.slice(0, percent) });
      rest = percent === -1 ? '' : rest.slice(percent);
      continue;
    }
    const [, sign, zero, first, dot, zeroAfter, signAfter, second] = SHAPE.exec(rest) ?? [];
    let at = SHAPE.exec(rest)?.[0].length ?? 1;
    const leading = Number(first || '0') * (dot !== undefined && sign === '-' ? -1 : 1);
    const cut =
      dot === undefined
        ? { offset: 0, width: leading, zeroPadding: zero !== '' }
        : {
            offset: leading,
            width: Number(second || '0') * (signAfter === '-' ? -1 : 1),
            zeroPadding: zeroAfter !== '',
          };
    const modifiers: Modifier[] = [];
    for (let next = MODIFIERS.get(rest[at] ?? ''); next && modifiers.length < MAX_MODIFIERS; at++) {
      modifiers.push(next);
      next = MODIFIERS.get(rest[at + 1] ?? '');
    }
    const letter = rest[at];
    if (letter === undefined) break;
    const end = letter === '{' ? rest.indexOf('}', at) : -1;
    const name = letter !== '{' ? letter : end === -1 ? letter : rest.slice(at + 1, end);
    if (letter === '%') parts.push({ part: 'text', text: '%' });
    else parts.push({ part: 'variable', name, modifiers, cut });
    rest = rest.slice(end === -1 ? at + 1 : end + 1);
  }
  return parts;
};

/** The value after its modifiers and its cut. */
export const renderVariable = (value: ByteString, part: TemplatePart & { part: 'variable' }, md5: Md5): ByteString => {
  const cut = { ...part.cut };
  let text = value;
  for (const modify of part.modifiers) text = modify(text, cut, md5);
  if (cut.offset < 0) text = text.slice(Math.max(0, text.length + cut.offset));
  else text = text.slice(cut.offset);
  if (cut.width === 0) return text;
  if (cut.zeroPadding) return text.padStart(cut.width, '0');
  // A negative width counts from the end; one longer than the value takes the whole, as its size_t does.
  const width = cut.width < 0 ? text.length + cut.width : cut.width;
  return width < 0 ? text : text.slice(0, width);
};

const hexOfHash = (value: bigint, cut: Cut, bits: number): ByteString => {
  const reduced = cut.width === 0 ? value : value % BigInt(cut.width);
  const text = BigInt.asUintN(bits, reduced).toString(16).padStart(cut.offset, '0');
  cut.width = 0;
  cut.offset = 0;
  return text;
};

/** str_hash() of lib/hash.c: the string hash of the dragon book. */
const bookHash = (text: ByteString): number => {
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    hash = ((hash << 4) + text.charCodeAt(i)) >>> 0;
    const high = (hash & 0xf000_0000) >>> 0;
    if (high !== 0) hash = (hash ^ (high >>> 24) ^ high) >>> 0;
  }
  return hash;
};

const hexOf = (bytes: Uint8Array): ByteString => Buffer.from(bytes).toString('hex');

const MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['L', asciiLower],
  ['U', asciiUpper],
  ['E', (text) => text.replace(/["'\\]/g, '\\$&')],
  ['X', (text) => (/^\d{1,20}$/.test(text) ? BigInt.asUintN(64, BigInt(text)).toString(16) : '0')],
  ['R', (text) => Array.from(text).toReversed().join('')],
  ['H', (text, cut) => hexOfHash(BigInt(bookHash(text)), cut, 32)],
  ['N', (text, cut, md5) => hexOfHash(BigInt(`0x${hexOf(md5(text).subarray(0, 8))}`), cut, 32)],
  ['M', (text, _, md5) => hexOf(md5(text))],
  ['D', (text) => text.replaceAll('.', ',dc=')],
  ['T', (text) => text.replace(/[ \t\n\v\f\r]+$/, '')],
]);
