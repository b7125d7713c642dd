/**
 * What an IMAP client sends before it has logged in, cut into commands exactly where imap-login cuts them.
 *
 *     command      = tag SP name *(SP argument) CRLF
 *     AUTHENTICATE = tag SP "AUTHENTICATE" SP mechanism [SP initial-response] CRLF     initial response up to 8 KiB
 *     ID           = tag SP "ID" SP (NIL / "(" *(string SP nstring) ")") CRLF          line up to 32 KiB
 *
 * The caller pushes bytes and pulls one input at a time, so it can stop: while a login runs, for STARTTLS, for the
 * splice. Bad input is not an exception here but an input like others: each kind has its own answer.
 */
import { assertNever } from '../line/assert-never.ts';
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import { type ClientInput, createClientInput, type SaslLine } from '../line/client-input.ts';
import { type ArgumentsRead, type ArgumentsReader, createArgumentsReader, type ImapArg } from './arguments-reader.ts';
import { createIdReader, type IdRead, type IdReader, type ImapIdParams } from './id-reader.ts';
import { IMAP_TAG_MAX_LEN } from './limits.ts';
import type { LiteralOptions } from './literal-reader.ts';

export type ImapInput =
  | { read: 'command'; tag: ByteString; name: ByteString; args: readonly ImapArg[] }
  | { read: 'id'; tag: ByteString; params: ImapIdParams }
  /** ID whose parameters are no list of strings: BAD, but no bad command. */
  | { read: 'bad-id'; tag: ByteString }
  /** `initial`: everything after the mechanism, unchecked; `=` is an empty response, empty is none. */
  | { read: 'authenticate'; tag: ByteString; mechanism: ByteString; initial: ByteString }
  /** A synchronizing literal is announced: the client waits for `+ OK`. */
  | { read: 'literal' }
  /** A bad command. Without a tag, or with one that must not be repeated, `tag` is undefined. */
  | { read: 'invalid'; tag: ByteString | undefined }
  /** Arguments that do not parse: BAD with this text, but no bad command. */
  | { read: 'syntax-error'; tag: ByteString; text: string }
  /** BYE with this text and the end. */
  | { read: 'fatal'; text: string }
  /** One argument does not fit (LOGIN_MAX_INBUF_SIZE). */
  | { read: 'full' }
  /** `mechanism`: of a command whose initial response it is. */
  | { read: 'sasl-too-large'; mechanism: ByteString };

export type ImapCommandDecoder = {
  push(bytes: ByteString): void;
  next(): ImapInput | undefined;
  /** The next line of a SASL exchange without its CRLF; undefined until it is complete. */
  saslLine(): SaslLine | undefined;
  /** Bytes not handed out yet. */
  pending(): number;
  /** Hands out everything not yet decoded, and forgets it. */
  takeRest(): ByteString;
};

type Stage =
  | { at: 'tag' | 'skip-line' }
  | { at: 'name' | 'mechanism'; tag: ByteString }
  | { at: 'initial'; tag: ByteString; mechanism: ByteString }
  | ReadingStage;

type ReadingStage =
  | { at: 'id'; tag: ByteString; reader: IdReader }
  | { at: 'arguments'; tag: ByteString; name: ByteString; reader: ArgumentsReader };

export const createImapCommandDecoder = (options: LiteralOptions): ImapCommandDecoder => {
  const input = createClientInput();
  let stage: Stage = { at: 'tag' };

  return {
    push: input.push,
    next() {
      for (;;) {
        const result = advance(input, stage, options);
        if (result === 'more') return stage.at !== 'initial' && input.isFull() ? { read: 'full' } : undefined;
        const [next, read] = result;
        stage = next;
        if (read !== undefined) return read;
      }
    },
    saslLine: input.saslLine,
    pending: input.pending,
    takeRest: input.takeRest,
  };
};

type Advance = readonly [Stage, ImapInput?] | 'more';

const TAG: Stage = { at: 'tag' };
const SKIP: Stage = { at: 'skip-line' };

const advance = (input: ClientInput, stage: Stage, options: LiteralOptions): Advance => {
  switch (stage.at) {
    case 'skip-line':
      return input.skipLine() ? [TAG] : 'more';
    case 'tag': {
      const tag = input.word(TAG_SPECIALS);
      if (tag === undefined) return 'more';
      if (tag === 'invalid' || tag.word.length > IMAP_TAG_MAX_LEN) return [SKIP, { read: 'invalid', tag: undefined }];
      return [{ at: 'name', tag: tag.word }];
    }
    case 'name': {
      const name = input.word(NAME_SPECIALS);
      if (name === undefined) return 'more';
      if (name === 'invalid') return [SKIP, { read: 'invalid', tag: stage.tag }];
      return [stageFor(stage.tag, name.word, options)];
    }
    case 'mechanism': {
      const mechanism = input.word(NO_SPECIALS);
      if (mechanism === undefined) return 'more';
      if (mechanism === 'invalid') return [SKIP, { read: 'invalid', tag: stage.tag }];
      return [{ at: 'initial', tag: stage.tag, mechanism: mechanism.word }];
    }
    case 'initial': {
      const line = input.saslLine();
      if (line === undefined) return 'more';
      if ('read' in line) return [stage, { ...line, mechanism: stage.mechanism }];
      return [TAG, { read: 'authenticate', tag: stage.tag, mechanism: stage.mechanism, initial: line.line }];
    }
    case 'id':
    case 'arguments':
      return afterRead(stage, stage.reader.next(input));
    default:
      return assertNever(stage);
  }
};

const stageFor = (tag: ByteString, name: ByteString, options: LiteralOptions): Stage => {
  switch (asciiUpper(name)) {
    case 'AUTHENTICATE':
      return { at: 'mechanism', tag };
    case 'ID':
      return { at: 'id', tag, reader: createIdReader(options) };
    default:
      return { at: 'arguments', tag, name, reader: createArgumentsReader(options, tag.length + name.length + 2) };
  }
};

const afterRead = (stage: ReadingStage, result: ArgumentsRead | IdRead): Advance => {
  if (result === 'more') return 'more';
  switch (result.read) {
    case 'literal':
    case 'fatal':
      return [stage, result];
    case 'error':
      return [SKIP, { read: 'syntax-error', tag: stage.tag, text: result.text }];
    case 'bad-id':
      return [SKIP, { read: 'bad-id', tag: stage.tag }];
    case 'params':
      return [SKIP, { read: 'id', tag: stage.tag, params: result.params }];
    case 'args':
      return [TAG, { read: 'command', tag: stage.tag, name: stage.at === 'id' ? 'ID' : stage.name, args: result.args }];
    default:
      return assertNever(result);
  }
};

/** RFC 9051 tag: no atom-specials, no `+`; Dovecot also refuses what might come back as part of a reply. */
const TAG_SPECIALS = /[\x00-\x1f\x80-\xff(){%*"\\\]+]/;
const NAME_SPECIALS = /[\x00-\x1f\x80-\xff(){%*"\\\]]/;
const NO_SPECIALS = /(?!)/;
