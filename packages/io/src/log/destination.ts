/**
 * Where finished lines go. A destination must never take the process down nor stop it: what cannot be written now (disk
 * full, reader gone, pipe full) is counted, and the count is told with the next line that fits.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { errnoText } from '../system/libc.ts';

export type Destination = {
  /** `lines` end in LF, all of them. */
  write(lines: string): void;
  /** After log rotation. Keeps the old file when the new one cannot be opened, and returns why. */
  reopen(): Error | undefined;
  close(): void;
};

type Loss = { lines: number; reason: string };

/** Readable by root only, as Dovecot creates it: log lines name users. */
const LOG_MODE = 0o600;

/** Throws if the file cannot be opened. */
export const createFileDestination = (path: string): Destination => {
  let fd = openSync(path, 'a', LOG_MODE);
  const writer = createWriter(() => fd);
  return {
    write: writer,
    reopen() {
      try {
        const next = openSync(path, 'a', LOG_MODE);
        closeSync(fd);
        fd = next;
        return undefined;
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    },
    close: () => closeSync(fd),
  };
};

/** An open descriptor: 2 for stderr. It is not ours to close or reopen. */
export const createDescriptorDestination = (fd: number): Destination => ({
  write: createWriter(() => fd),
  reopen: () => undefined,
  close: () => {},
});

const createWriter = (descriptor: () => number): ((lines: string) => void) => {
  let lost: Loss | undefined;
  /** True after half a line: the next write begins a new one. */
  let torn = false;
  return (lines) => {
    const notice = lost === undefined ? '' : `log: Error: ${lost.lines} log lines lost: ${lost.reason}\n`;
    const bytes = Buffer.from(`${torn ? '\n' : ''}${notice}${lines}`, 'utf8');
    const { written, reason } = writeAll(descriptor(), bytes);
    if (written > 0) torn = bytes[written - 1] !== 0x0a;
    if (reason === undefined) lost = undefined;
    else lost = { lines: (lost?.lines ?? 0) + countLines(lines), reason };
  };
};

const writeAll = (fd: number, bytes: Uint8Array): { written: number; reason: string | undefined } => {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      return { written, reason: typeof code === 'string' ? errnoText(code) : String(error) };
    }
  }
  return { written, reason: undefined };
};

const countLines = (lines: string): number => lines.split('\n').length - 1;
