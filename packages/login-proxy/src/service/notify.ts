/**
 * Writes the notify fifo (`login_proxy_notify_path`): `destuser<LF>` every `proxy_refresh` seconds for each session
 * (login-proxy-state.c). Never blocks: without a reader the open fails, and lines are dropped for a minute. Lines of one
 * second leave together, in writes a fifo takes whole (PIPE_BUF).
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errorCode, type Log, networkErrorText } from '@homing/io';
import { type ByteString, encodeProxyNotify } from '@homing/wire';
import { createNotifyWheel, type NotifyEntry } from '../core/backend/notify-wheel.ts';

export type ProxyNotify = {
  /** Call the result when the session ends. */
  watch(user: ByteString, everySeconds: number): () => void;
  close(): void;
};

export type ProxyNotifyOptions = {
  /** Absolute. */
  readonly path: string;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
};

const REOPEN_MS = 60_000;
const PIPE_BUF = 4096;

export const createProxyNotify = ({ path, log, now }: ProxyNotifyOptions): ProxyNotify => {
  const wheel = createNotifyWheel();
  const fifo = createFifoWriter(path, log, now);
  let timer: NodeJS.Timeout | undefined;
  const second = (): number => Math.floor(now() / 1000);
  const tick = (): void => {
    const lines = wheel.turn(second()).map(({ user }) => encodeProxyNotify(user));
    for (const batch of batches(lines)) fifo.write(batch);
  };
  return {
    watch(user, everySeconds) {
      const entry: NotifyEntry = { user, everySeconds };
      wheel.add(entry, second());
      timer ??= setInterval(tick, 1000).unref();
      return () => {
        wheel.remove(entry);
        if (wheel.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    close() {
      clearInterval(timer);
      fifo.close();
    },
  };
};

/** Joins lines as long as a fifo takes them in one piece; a longer line goes alone. */
const batches = (lines: readonly ByteString[]): ByteString[] => {
  const joined: ByteString[] = [];
  let batch = '';
  for (const line of lines) {
    if (batch !== '' && batch.length + line.length > PIPE_BUF) {
      joined.push(batch);
      batch = '';
    }
    batch += line;
  }
  if (batch !== '') joined.push(batch);
  return joined;
};

type FifoWriter = { write(bytes: ByteString): void; close(): void };

const createFifoWriter = (path: string, log: Log, now: () => number): FifoWriter => {
  let fd: number | undefined;
  let noOpenBefore = 0;

  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const open = (): boolean => {
    if (now() < noOpenBefore) return false;
    try {
      fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return true;
    } catch (error) {
      noOpenBefore = now() + REOPEN_MS;
      log.error('proxy_notify_failed', {}, `open(${path}) failed: ${fifoErrorText(error)}`);
      return false;
    }
  };
  /** False: the fifo is closed now and the bytes may be tried once more. */
  const tryWrite = (bytes: ByteString): boolean => {
    if (fd === undefined && !open()) return true;
    if (fd === undefined) return true;
    try {
      if (writeSync(fd, bytes, null, 'latin1') === bytes.length) return true;
      log.error('proxy_notify_failed', {}, `write(${path}) wrote partial update`);
    } catch (error) {
      log.error('proxy_notify_failed', {}, `write(${path}) failed: ${fifoErrorText(error)}`);
    }
    close();
    return false;
  };
  return {
    write(bytes) {
      if (!tryWrite(bytes)) tryWrite(bytes);
    },
    close,
  };
};

/** ENXIO: nobody has the fifo open for reading. */
const fifoErrorText = (error: unknown): string => {
  const code = errorCode(error);
  return code === 'ENXIO' ? 'No such device or address' : networkErrorText(code);
};
