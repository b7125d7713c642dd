/**
 * `%` variables of Dovecot 2.3 (lib/var-expand.c; auth.md 11). Values are never expanded a second time.
 *
 *     %[<offset>.]<width><modifiers><letter>      %u  %1Mu  %2.256Nu  %-3u  %05a
 *     %[<offset>.]<width><modifiers>{<name>}      %{user}  %L{passdb:host:none}  %{sha256;rounds=2:user}  %{if;%d;eq;;a;b}
 *
 * Templates and values are byte strings, one character a byte. This package imports nothing, so hashes come as `Digests`.
 */
import type { Digests } from './digest.ts';
import { shape } from './modifier.ts';
import { type Piece, parseTemplate } from './template.ts';
import { type TemplateError, VariableFailure } from './template-error.ts';
import { pieceValue } from './value.ts';

/**
 * What a name stands for: `%u` asks for a letter, `user` for a long name, `env:HOME` for a function with its data. Known
 * but without a value: ''. Undefined: no such variable.
 */
export type Variables = (name: string) => string | undefined;

/** Applied to each variable's value before its modifiers: quoting for SQL, a path, a key. */
export type Escape = (value: string) => string;

/** `error`: the log's text if something could not be expanded; `text` then holds UNSUPPORTED_VARIABLE_x in its place. */
export type Expansion = { readonly text: string; readonly error: TemplateError | undefined };

/** A template parsed once. */
export type Template = (variables: Variables, quote?: Escape) => Expansion;

const noEscape: Escape = (value) => value;

export const parsedTemplate = (text: string, digests: Digests): Template => {
  if (!text.includes('%')) return () => ({ text, error: undefined });
  const pieces = parseTemplate(text);
  return (variables, quote = noEscape) => expandPieces(pieces, variables, quote, digests);
};

/** As `parsedTemplate`, for those whom an incomplete text would mislead. Throws TemplateError. */
export const strictTemplate = (text: string, digests: Digests): ((variables: Variables, quote?: Escape) => string) => {
  const template = parsedTemplate(text, digests);
  return (variables, quote) => {
    const expansion = template(variables, quote);
    if (expansion.error !== undefined) throw expansion.error;
    return expansion.text;
  };
};

const expandPieces = (pieces: readonly Piece[], variables: Variables, quote: Escape, digests: Digests): Expansion => {
  const expandInner = (inner: string): Expansion => expandPieces(parseTemplate(inner), variables, quote, digests);
  const around = { variables, quote, digests, expandInner };
  let text = '';
  let error: TemplateError | undefined;
  for (const piece of pieces) {
    if (piece.is === 'text') {
      text += piece.text;
      continue;
    }
    try {
      text += shape(pieceValue(piece, around), piece.format, digests);
    } catch (failure) {
      if (!(failure instanceof VariableFailure)) throw failure;
      text += failure.inPlace;
      // The original keeps the first error of a letter, but the last of a long name.
      if (piece.is === 'long' || error === undefined) error = failure;
    }
  }
  return { text, error };
};
