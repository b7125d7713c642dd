/**
 * What a POP3 client sends before it has logged in, cut into commands exactly where pop3-login cuts them.
 *
 *     command = name [SP arguments] CRLF          name: at most 8 bytes, the rest counts as arguments
 *     AUTH    = "AUTH" [SP mechanism [SP initial-response]] CRLF
 */
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import { createClientInput, type SaslLine } from '../line/client-input.ts';

export type Pop3Input =
  /** `name` in upper case. */
  | { read: 'command'; name: ByteString; args: ByteString }
  /** `initial`: everything after the mechanism, unchecked; empty is none. */
  | { read: 'auth'; mechanism: ByteString; initial: ByteString }
  /** AUTH alone: the client wants the list of mechanisms. */
  | { read: 'auth-list' }
  /** The line does not fit (LOGIN_MAX_INBUF_SIZE). */
  | { read: 'full' }
  /** `mechanism`: of a command whose initial response it is. */
  | { read: 'sasl-too-large'; mechanism: ByteString };

export type Pop3CommandDecoder = {
  push(bytes: ByteString): void;
  next(): Pop3Input | undefined;
  /** The next line of a SASL exchange without its CRLF; undefined until it is complete. */
  saslLine(): SaslLine | undefined;
  /** Bytes not handed out yet. */
  pending(): number;
  /** Hands out everything not yet decoded, and forgets it. */
  takeRest(): ByteString;
};

const MAX_NAME = 8;

type Stage =
  | { at: 'name' | 'mechanism' | 'rest-of-auth-list' }
  | { at: 'arguments'; name: ByteString }
  | { at: 'initial'; mechanism: ByteString };

export const createPop3CommandDecoder = (): Pop3CommandDecoder => {
  const input = createClientInput();
  let stage: Stage = { at: 'name' };
  const more = (): Pop3Input | undefined => (input.isFull() ? { read: 'full' } : undefined);

  /** CR is no part of a name wherever it stands. A space ends it and goes, LF and NUL end it and stay. */
  const name = (): ByteString | undefined => {
    const bytes = input.bytes();
    const start = input.start();
    for (let i = start; i < input.limit(); i++) {
      const c = bytes[i] ?? '';
      if (c !== '\r' && (c === ' ' || c === '\n' || c === '\0' || i - start >= MAX_NAME)) {
        input.consume(i - start + (c === ' ' ? 1 : 0));
        return asciiUpper(bytes.slice(start, i).replaceAll('\r', ''));
      }
    }
    return undefined;
  };

  const step = (): Pop3Input | undefined | 'again' => {
    switch (stage.at) {
      case 'name': {
        const found = name();
        if (found === undefined) return more();
        stage = found === 'AUTH' ? { at: 'mechanism' } : { at: 'arguments', name: found };
        return 'again';
      }
      case 'arguments': {
        const args = input.line();
        if (args === undefined) return more();
        const read: Pop3Input = { read: 'command', name: stage.name, args };
        stage = { at: 'name' };
        return read;
      }
      case 'mechanism': {
        const mechanism = input.word(NO_SPECIALS);
        if (mechanism === undefined) return more();
        if (mechanism === 'invalid') {
          stage = { at: 'rest-of-auth-list' };
          return { read: 'auth-list' };
        }
        stage = { at: 'initial', mechanism: mechanism.word };
        return 'again';
      }
      case 'rest-of-auth-list':
        if (!input.skipLine()) return more();
        stage = { at: 'name' };
        return 'again';
      case 'initial': {
        const line = input.saslLine();
        if (line === undefined) return undefined;
        if ('read' in line) return { ...line, mechanism: stage.mechanism };
        const read: Pop3Input = { read: 'auth', mechanism: stage.mechanism, initial: line.line };
        stage = { at: 'name' };
        return read;
      }
    }
  };

  return {
    push: input.push,
    next() {
      for (;;) {
        const result = step();
        if (result !== 'again') return result;
      }
    },
    saslLine: input.saslLine,
    pending: input.pending,
    takeRest: input.takeRest,
  };
};

const NO_SPECIALS = /(?!)/;
