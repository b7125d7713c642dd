/** The machine as doveadm commands reach it: sockets, names, files, the clock's time zone. */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { Host } from '@homing/doveadm';
import { connectTcpProtocol, connectUnix, createLog, errnoText, errorCode, type Log } from '@homing/io';
import { tellRunning } from '../command-line/running.ts';
import { askPassword } from './ask-password.ts';
import { createPasswordTools } from './passwords.ts';

/** EAI_* of getaddrinfo(3), in gai_strerror(3)'s words. */
const LOOKUP_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
};

const STDIN = 0;

/** `say` takes lines for stderr. */
export const createHost = (say: (line: string) => void): Host => {
  const log: Log = createLog({ service: 'homeadm', debug: () => false, sink: ({ text }) => say(text), now: Date.now });
  return {
    connectUnix: (path) => connectUnix(path, log),
    connectTcp: (ip, port) => connectTcpProtocol(ip, port, log),
    async resolve(name) {
      try {
        const addresses = await lookup(name, { all: true });
        return [...new Set(addresses.map(({ address }) => address))];
      } catch (error) {
        const code = errorCode(error);
        throw new Error(LOOKUP_ERRORS[code] ?? code, { cause: error });
      }
    },
    readInput(path) {
      try {
        return readFileSync(path === '-' ? STDIN : path, 'latin1');
      } catch (error) {
        throw new Error(errnoText(errorCode(error)), { cause: error });
      }
    },
    localTime,
    readPassword: askPassword,
    async signalServer(command, baseDir) {
      const { status, text } = await tellRunning(command, baseDir);
      return status === 0 ? undefined : text;
    },
    pid: process.pid,
    passwords: createPasswordTools(),
  };
};

const two = (n: number): string => String(n).padStart(2, '0');

/** strftime `%Y-%m-%d %H:%M:%S`. */
export const localTime = (seconds: number): string => {
  const t = new Date(seconds * 1000);
  const day = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  return `${day} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
};
