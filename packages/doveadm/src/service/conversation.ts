/** A connection on which a command writes lines and waits for lines: the shape of every doveadm dialogue. */
import type { Connect, Outlet } from '@homing/io';
import { type ByteString, createLineDecoder, type LineDecoder } from '@homing/wire';

export type Conversation = {
  send(bytes: ByteString): void;
  /** The next line; undefined once the peer has closed. Rejects if the connection failed. */
  next(): Promise<ByteString | undefined>;
  close(): void;
};

/** No reply line of any Dovecot service is longer. */
const MAX_LINE = 1_048_576;

/** Rejects with the reason if the connection cannot be opened. */
export const converse = async (connect: Connect): Promise<Conversation> => {
  const lines = createLineDecoder(MAX_LINE);
  let outlet: Outlet | undefined;
  let ended: { error: Error | undefined } | undefined;
  let wake = Promise.withResolvers<void>();
  const news = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  await connect((opened) => {
    outlet = opened;
    return {
      receive(bytes) {
        lines.push(bytes);
        news();
      },
      end(error) {
        ended = { error };
        news();
      },
    };
  });
  return {
    send: (bytes) => outlet?.send(bytes),
    close: () => outlet?.close(),
    async next() {
      for (;;) {
        const line = lines.next() ?? rest(lines, ended !== undefined);
        if (line !== undefined) return line;
        if (ended?.error !== undefined) throw ended.error;
        if (ended !== undefined) return undefined;
        await wake.promise;
      }
    },
  };
};

/** What came before the end without an LF is no line: the reply is not complete. */
const rest = (lines: LineDecoder, isEnded: boolean): undefined => {
  if (isEnded) lines.takeRest();
  return undefined;
};
