/**
 * A literal inside arguments: its size against what is left of the line, `+ OK` for a synchronizing one, its line end,
 * its data. The continuation is due as soon as `}` is seen, before the line end (imap_parser_literal_end()).
 */
import type { ByteString } from '../line/bytes.ts';
import type { ClientInput } from '../line/client-input.ts';
import { IMAP_LITERAL_MINUS_MAX } from './limits.ts';

export type LiteralOptions = { readonly literalMinus: boolean };

/** Why it may not come, as the client is told in BYE. */
export const literalRefusal = (
  { size, sync }: { size: number; sync: boolean },
  room: number,
  { literalMinus }: LiteralOptions,
): string | undefined => {
  if (literalMinus && !sync && size > IMAP_LITERAL_MINUS_MAX) return 'Non-synchronizing literal size too large';
  return room <= 0 || size > room ? 'Literal size too large' : undefined;
};

/** An announced literal whose line end, then data, is to come. */
export type Literal = { readonly size: number; lineEnd: 'due' | 'read' };

export type LiteralData = { text: ByteString } | { error: string } | 'more';

/** Consumes what is complete. The data must fit into the window. */
export const readLiteral = (input: ClientInput, literal: Literal): LiteralData => {
  if (literal.lineEnd === 'due') {
    const feed = input.bytes()[input.start()] === '\r' ? 1 : 0;
    if (input.start() + feed >= input.limit()) return 'more';
    if (input.bytes()[input.start() + feed] !== '\n') return { error: 'Missing LF after literal size' };
    input.consume(feed + 1);
    literal.lineEnd = 'read';
  }
  const start = input.start();
  if (input.limit() - start < literal.size) return 'more';
  input.consume(literal.size);
  return { text: input.bytes().slice(start, start + literal.size) };
};
