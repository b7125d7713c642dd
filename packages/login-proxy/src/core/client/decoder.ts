/** The commands of either protocol as events. */
import { type ByteString, createImapCommandDecoder, createPop3CommandDecoder, type SaslLine } from '@homing/wire';
import type { ClientEvent, Env } from './event.ts';

export type ClientDecoder = {
  readonly push: (bytes: ByteString) => void;
  readonly nextCommand: () => ClientEvent | undefined;
  readonly nextSaslLine: () => SaslLine | undefined;
  readonly pending: () => number;
  readonly takeRest: () => ByteString;
};

export const createClientDecoder = ({ protocol, settings }: Pick<Env, 'protocol' | 'settings'>): ClientDecoder =>
  protocol === 'imap' ? imapDecoder(settings.imap_literal_minus) : pop3Decoder();

const imapDecoder = (literalMinus: boolean): ClientDecoder => {
  const decoder = createImapCommandDecoder({ literalMinus });
  return {
    push: (bytes) => decoder.push(bytes),
    nextCommand() {
      const input = decoder.next();
      return input === undefined ? undefined : { on: 'imap', input };
    },
    nextSaslLine: () => decoder.saslLine(),
    pending: () => decoder.pending(),
    takeRest: () => decoder.takeRest(),
  };
};

const pop3Decoder = (): ClientDecoder => {
  const decoder = createPop3CommandDecoder();
  return {
    push: (bytes) => decoder.push(bytes),
    nextCommand() {
      const input = decoder.next();
      return input === undefined ? undefined : { on: 'pop3', input };
    },
    nextSaslLine: () => decoder.saslLine(),
    pending: () => decoder.pending(),
    takeRest: () => decoder.takeRest(),
  };
};
