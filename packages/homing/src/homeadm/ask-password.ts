/**
 * Reads a password: from a terminal with a prompt and without echo, else one line of stdin (lib/askpass.c). An input that
 * has ended is no empty password, as Dovecot takes it to be.
 */
import { readSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';

const STDIN = 0;
const STDERR = 2;

/** Bytes up to the LF. Undefined at the end of the input. */
export const askPassword = async (prompt: string): Promise<string | undefined> =>
  process.stdin instanceof ReadStream ? askTerminal(prompt, process.stdin) : readLine();

/** Byte by byte, so that what follows the line is left to the next question. */
const readLine = (): string | undefined => {
  const byte = Buffer.alloc(1);
  let line: string | undefined;
  while (readSync(STDIN, byte) === 1) {
    line ??= '';
    if (byte.toString('latin1') === '\n') break;
    line += byte.toString('latin1');
  }
  return line;
};

const END_OF_INPUT = '\x04';
const END = new Set(['\r', '\n', END_OF_INPUT]);
const ERASE = new Set(['\x7f', '\b']);
const INTERRUPT = '\x03';
/** 128 + SIGINT. */
const INTERRUPTED = 130;

const askTerminal = (prompt: string, terminal: ReadStream): Promise<string | undefined> =>
  new Promise((resolve) => {
    writeSync(STDERR, prompt);
    terminal.setRawMode(true).setEncoding('latin1').resume();
    let typed = '';
    const finish = (): void => {
      terminal.off('data', take).setRawMode(false).pause();
      writeSync(STDERR, '\n');
    };
    const take = (keys: string): void => {
      for (const key of keys) {
        if (key === INTERRUPT) {
          finish();
          process.exit(INTERRUPTED);
        }
        if (END.has(key)) {
          finish();
          resolve(key === END_OF_INPUT && typed === '' ? undefined : typed);
          return;
        }
        typed = ERASE.has(key) ? typed.slice(0, -1) : typed + key;
      }
    };
    terminal.on('data', take);
  });
