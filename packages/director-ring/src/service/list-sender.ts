/** Sends a long list piece by piece, as fast as the client reads and never for long at a time. */
import type { Outlet } from '@homing/io';
import type { ByteString } from '@homing/wire';

export type ListSender = {
  /** One list at a time; `onEnd` follows. */
  start(rows: Iterator<ByteString>): void;
  /** The client has room again. */
  drained(): void;
  /** The client has left: the rest is dropped. */
  end(): void;
};

export const createListSender = (client: Outlet, onEnd: () => void): ListSender => {
  let isLeft = false;
  let waiting: Iterator<ByteString> | undefined;

  const send = (rows: Iterator<ByteString>): void => {
    if (!isLeft && client.isFull()) {
      waiting = rows;
      return;
    }
    const piece = isLeft ? rows.return?.() : rows.next();
    if (piece === undefined || piece.done === true) {
      onEnd();
      return;
    }
    client.send(piece.value);
    setImmediate(send, rows);
  };
  const goOn = (): void => {
    const rows = waiting;
    waiting = undefined;
    if (rows !== undefined) send(rows);
  };
  return {
    start: send,
    drained: goOn,
    end() {
      isLeft = true;
      goOn();
    },
  };
};
