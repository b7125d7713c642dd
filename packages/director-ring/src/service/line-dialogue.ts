/** One connection for one question: what is said, and the lines of the answer as they come. Then it is closed. */
import type { Connect, Outlet, Protocol } from '@homing/io';
import { type ByteString, createLineDecoder, WireError } from '@homing/wire';

export type LineDialogue = {
  /** Rejects with a reason that says where it could not connect. */
  readonly connect: Connect;
  /** Sent at once. */
  readonly question: ByteString;
  /** Bytes of a line of the answer. */
  readonly maxLine: number;
  /** So long may nothing come. */
  readonly silenceMs: number;
  /** True: that was the last one. May throw `WireError`. `say` says more, now or later. */
  readonly onLine: (line: ByteString, say: (bytes: ByteString) => void) => boolean;
  /** Whether it is enough that the other side closes. */
  readonly mayEnd?: () => boolean;
  /** Ends it, as any failure does. */
  readonly signal: AbortSignal;
};

/** Resolves after the last line. Rejects with the reason why there is none: an `Error` for the log. */
export const askLines = (dialogue: LineDialogue): Promise<void> => {
  const { connect, question, maxLine, silenceMs, onLine, signal } = dialogue;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let outlet: Outlet | undefined;
  let isOver = false;
  const end = (reason: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(silence);
    signal.removeEventListener('abort', abort);
    outlet?.close();
    if (reason === undefined) resolve();
    else reject(new Error(reason));
  };
  const abort = (): void => end('Shutting down');
  const silence = setTimeout(() => end(`no answer for ${silenceMs / 1000} secs`), silenceMs).unref();
  if (signal.aborted) {
    abort();
    return promise;
  }
  signal.addEventListener('abort', abort);
  const serve = (opened: Outlet): Protocol => {
    outlet = opened;
    const lines = createLineDecoder(maxLine);
    const say = (bytes: ByteString): void => opened.send(bytes);
    if (isOver) opened.close();
    else opened.send(question);
    return {
      receive(bytes) {
        silence.refresh();
        lines.push(bytes);
        try {
          for (let line = lines.next(); line !== undefined && !isOver; line = lines.next()) {
            if (onLine(line, say)) end(undefined);
          }
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          end(`invalid answer: ${error.message}`);
        }
      },
      end: (error) => end(error === undefined && dialogue.mayEnd?.() === true ? undefined : lostReason(error)),
    };
  };
  connect(serve).catch((error: unknown) => end(reasonOf(error)));
  return promise;
};

const lostReason = (error: Error | undefined): string => error?.message ?? 'Disconnected';

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
