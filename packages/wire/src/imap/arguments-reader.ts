/** The arguments of a command, one token at a time, up to and including its line end. */
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import type { ClientInput } from '../line/client-input.ts';
import { IMAP_MAX_LINE_SIZE } from './limits.ts';
import { type Literal, type LiteralOptions, literalRefusal, readLiteral } from './literal-reader.ts';
import { readImapToken } from './token.ts';

/** No command before login takes a list, so what is in one is checked and forgotten. NIL is an atom for an astring. */
export type ImapArg = { type: 'atom' | 'string' | 'nil'; text: ByteString } | { type: 'list' };

export type ArgumentsRead =
  | 'more'
  | { read: 'literal' }
  | { read: 'error'; text: string }
  | { read: 'fatal'; text: string }
  | { read: 'args'; args: readonly ImapArg[] };

export type ArgumentsReader = { next(input: ClientInput): ArgumentsRead };

/** `lineSize`: bytes of the command so far. */
export const createArgumentsReader = (options: LiteralOptions, lineSize: number): ArgumentsReader => {
  const args: ImapArg[] = [];
  let size = lineSize;
  let depth = 0;
  let literal: Literal | undefined;

  const add = (type: 'atom' | 'string', text: ByteString): void => {
    if (depth > 0) return;
    args.push(type === 'atom' && asciiUpper(text) === 'NIL' ? { type: 'nil', text } : { type, text });
  };

  const step = (input: ClientInput): ArgumentsRead | 'again' => {
    if (literal !== undefined) {
      const data = readLiteral(input, literal);
      if (data === 'more') return 'more';
      literal = undefined;
      if ('error' in data) return { read: 'error', text: data.error };
      size += data.text.length;
      add('string', data.text);
      return 'again';
    }
    size += input.skipSpaces();
    const start = input.start();
    const token = readImapToken(input.bytes(), start, input.limit(), depth > 0);
    if (token.token === 'more') return 'more';
    if (token.token === 'error') return { read: 'error', text: token.text };
    if (token.token === 'literal-too-big') return { read: 'fatal', text: token.text };
    if (token.token === 'eol') {
      if (depth > 0) return { read: 'error', text: "Missing ')'" };
      input.consume(token.end - start);
      return { read: 'args', args };
    }
    input.consume(token.end - start);
    if (size > IMAP_MAX_LINE_SIZE) return { read: 'error', text: 'IMAP command line too large' };
    size += token.end - start;
    switch (token.token) {
      case 'open':
        if (depth++ === 0) args.push({ type: 'list' });
        return 'again';
      case 'close':
        depth--;
        return 'again';
      case 'literal': {
        const refusal = literalRefusal(token, IMAP_MAX_LINE_SIZE - size, options);
        if (refusal !== undefined) return { read: 'fatal', text: refusal };
        literal = { size: token.size, lineEnd: 'due' };
        return token.sync ? { read: 'literal' } : 'again';
      }
      case 'atom':
      case 'string':
        add(token.token, token.text);
        return 'again';
    }
  };

  return {
    next(input) {
      for (;;) {
        const result = step(input);
        if (result !== 'again') return result;
      }
    },
  };
};
