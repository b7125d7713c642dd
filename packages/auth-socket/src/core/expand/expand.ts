/**
 * `%` variables of Dovecot 2.3 (lib/var-expand.c; auth.md 11). Values are never expanded a second time.
 *
 *     %[<offset>.]<width><modifiers><letter>      %u  %1Mu  %2.256Nu  %-3u  %05a
 *     %[<offset>.]<width><modifiers>{<name>}      %{user}  %L{passdb:host:none}  %{sha256;rounds=2:user}  %{if;%d;eq;;a;b}
 *
 * A template that names an unknown variable throws `TemplateError`: for a query, filter or field that is a temporary
 * failure, because a database asked with a wrong key would answer for somebody else.
 */
import type { ByteString } from '@homing/wire';
import type { Variables } from '../passdb/passdb.ts';
import { shape } from './modifier.ts';
import { type Piece, parseTemplate } from './template.ts';
import { longValue, shortValue } from './value.ts';

/** Applied to each variable's value before its modifiers: quoting for SQL, a path, a key. */
export type Escape = (value: ByteString) => ByteString;

/** A template parsed once; `quote` defaults to none. Throws TemplateError. */
export type Template = (variables: Variables, quote?: Escape) => ByteString;

export const noEscape: Escape = (value) => value;

/** `\` before `"`, `'` and `\` (lib/strescape.c str_escape). */
export const escapeQuotes: Escape = (value) => (/["'\\]/.test(value) ? value.replace(/["'\\]/g, '\\$&') : value);

export const compileTemplate = (text: ByteString): Template => {
  if (!text.includes('%')) return () => text;
  const pieces = parseTemplate(text);
  const only = pieces.length === 1 ? pieces[0] : undefined;
  if (only !== undefined) return (variables, quote = noEscape) => expandPiece(only, variables, quote);
  return (variables, quote = noEscape) => {
    let out = '';
    for (const piece of pieces) out += expandPiece(piece, variables, quote);
    return out;
  };
};

export const expand = (text: ByteString, variables: Variables, quote: Escape = noEscape): ByteString =>
  compileTemplate(text)(variables, quote);

const expandPiece = (piece: Piece, variables: Variables, quote: Escape): ByteString => {
  if (piece.is === 'text') return piece.text;
  const value =
    piece.is === 'short'
      ? shortValue(piece.key, variables, quote)
      : longValue(piece.key, variables, quote, (text) => expand(text, variables, quote));
  return shape(value, piece.format);
};
