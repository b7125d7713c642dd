/**
 * The parameters of ID (RFC 2971 3.3), as imap-login-cmd-id.c takes them: no parameters at all count as NIL, a key
 * without a value is dropped, whatever follows `NIL` or `)` on the line is ignored. Keys are strings of at most 30 bytes.
 */
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import type { ClientInput } from '../line/client-input.ts';
import { IMAP_ID_KEY_MAX_LEN, IMAP_MAX_ID_SIZE, IMAP_MAX_LINE_SIZE } from './limits.ts';
import { type Literal, type LiteralOptions, literalRefusal, readLiteral } from './literal-reader.ts';
import { type ImapToken, readImapToken } from './token.ts';

/** In order; the value is undefined for NIL. */
export type ImapIdParams = readonly (readonly [key: ByteString, value: ByteString | undefined])[];

export type IdRead =
  | 'more'
  | { read: 'literal' }
  | { read: 'error'; text: string }
  | { read: 'fatal'; text: string }
  | { read: 'bad-id' }
  | { read: 'params'; params: ImapIdParams };

export type IdReader = { next(input: ClientInput): IdRead };

export const createIdReader = (options: LiteralOptions): IdReader => {
  const params: [ByteString, ByteString | undefined][] = [];
  let expect: 'list' | 'key' | 'value' = 'list';
  let key = '';
  let size = 0;
  let literal: Literal | undefined;

  const takeString = (text: ByteString): IdRead | 'again' => {
    if (expect === 'key') {
      if (text.length > IMAP_ID_KEY_MAX_LEN) return { read: 'bad-id' };
      key = text;
      expect = 'value';
    } else {
      params.push([key, text]);
      expect = 'key';
    }
    return 'again';
  };

  const takeAtom = (text: ByteString): IdRead | 'again' => {
    if (asciiUpper(text) !== 'NIL' || expect === 'key') return { read: 'bad-id' };
    if (expect === 'list') return { read: 'params', params: [] };
    params.push([key, undefined]);
    expect = 'key';
    return 'again';
  };

  const takeToken = (token: ImapToken): IdRead | 'again' => {
    switch (token.token) {
      case 'more':
        return 'more';
      case 'error':
        return { read: 'error', text: token.text };
      case 'literal-too-big':
        return { read: 'fatal', text: token.text };
      case 'eol':
        return expect === 'list' ? { read: 'params', params } : { read: 'error', text: "Missing ')'" };
      case 'open':
        if (expect !== 'list') return { read: 'bad-id' };
        expect = 'key';
        return 'again';
      case 'close':
        return { read: 'params', params };
      case 'atom':
        return takeAtom(token.text);
      case 'string':
        return expect === 'list' ? { read: 'bad-id' } : takeString(token.text);
      case 'literal': {
        const refusal = literalRefusal(token, Math.min(IMAP_MAX_LINE_SIZE, IMAP_MAX_ID_SIZE - size), options);
        if (refusal !== undefined) return { read: 'fatal', text: refusal };
        literal = { size: token.size, lineEnd: 'due' };
        return token.sync ? { read: 'literal' } : 'again';
      }
    }
  };

  const step = (input: ClientInput): IdRead | 'again' => {
    if (literal !== undefined) {
      const data = readLiteral(input, literal);
      if (data === 'more') return 'more';
      literal = undefined;
      if ('error' in data) return { read: 'error', text: data.error };
      size += data.text.length;
      return expect === 'list' ? { read: 'bad-id' } : takeString(data.text);
    }
    size += input.skipSpaces();
    const start = input.start();
    const token = readImapToken(input.bytes(), start, input.limit(), expect !== 'list');
    // The line end stays, as does a token that ends the list: the rest of the line is skipped anyway.
    if ('end' in token && token.token !== 'eol') {
      input.consume(token.end - start);
      size += token.end - start;
    }
    if (size > IMAP_MAX_ID_SIZE) return { read: 'error', text: 'IMAP command line too large' };
    return takeToken(token);
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
