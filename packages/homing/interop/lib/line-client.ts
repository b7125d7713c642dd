/** A client of any line protocol, for tests: sends bytes, reads lines, each read with a deadline. Bytes are latin1. */
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { within } from './until.ts';

/** `from`: the address to connect from. */
export type Address = string | { readonly host: string; readonly port: number; readonly from?: string };

export type LineClient = {
  send(bytes: string): void;
  /** The next line without LF and CR. Rejects at the deadline or when the server closes first. */
  line(deadlineMs?: number): Promise<string>;
  /** The same with its line end. */
  rawLine(deadlineMs?: number): Promise<string>;
  /** Lines up to and including the first that `last` accepts. */
  linesUntil(last: (line: string) => boolean, deadlineMs?: number): Promise<string[]>;
  /** Resolves when the server has closed the connection (reset included), with what it sent and nobody read. */
  closed(deadlineMs?: number): Promise<string>;
  /** Goes on with TLS on the same connection, after STARTTLS. */
  startTls(options: ConnectionOptions): Promise<void>;
  /** Sends FIN. */
  end(): void;
} & Disposable;

const DEADLINE_MS = 10_000;

export const openLineClient = async (address: Address, tls?: ConnectionOptions): Promise<LineClient> => {
  const plain = typeof address === 'string' ? connectSocket(address) : connectSocket(tcpOptions(address));
  const name = typeof address === 'string' ? address : `${address.host}:${address.port}`;
  await opened(plain, 'connect', name);
  if (tls === undefined) return lineClient(plain, name);
  const secure = connectTls({ ...tls, socket: plain });
  await opened(secure, 'secureConnect', name);
  return lineClient(secure, name);
};

const tcpOptions = ({ host, port, from }: Exclude<Address, string>) => ({
  host,
  port,
  ...(from !== undefined && { localAddress: from }),
});

const opened = (socket: Duplex, event: string, name: string): Promise<void> =>
  within(
    `a connection to ${name}`,
    DEADLINE_MS,
    new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once(event, () => {
        socket.off('error', reject);
        resolve();
      });
    }),
  );

/** Over a connection that exists; `name` is for messages. */
export const lineClient = (first: Duplex, name: string): LineClient => {
  let socket: Duplex = first;
  let bytes = '';
  let ended = false;
  let wake: () => void = () => undefined;

  const listen = (): void => {
    socket.on('data', onData).on('close', onClose).on('error', onError);
  };
  const onData = (chunk: Buffer): void => {
    bytes += chunk.toString('latin1');
    wake();
  };
  const onClose = (): void => {
    ended = true;
    wake();
  };
  /** A reset ends the connection like EOF does; `close` follows. */
  const onError = (): void => undefined;
  listen();

  const changed = (what: string, deadline: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    return within(`${what} from ${name} (unread: ${JSON.stringify(bytes)})`, deadline - Date.now(), promise);
  };
  const rawLine = async (deadlineMs = DEADLINE_MS): Promise<string> => {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const end = bytes.indexOf('\n');
      if (end !== -1) {
        const text = bytes.slice(0, end + 1);
        bytes = bytes.slice(end + 1);
        return text;
      }
      if (ended) throw new Error(`${name} closed the connection (unread: ${JSON.stringify(bytes)})`);
      await changed('a line', deadline);
    }
  };
  const line = async (deadlineMs?: number): Promise<string> => (await rawLine(deadlineMs)).replace(/\r?\n$/, '');

  return {
    send: (text) => void socket.write(text, 'latin1'),
    line,
    rawLine,
    async linesUntil(last, deadlineMs = DEADLINE_MS) {
      const deadline = Date.now() + deadlineMs;
      const lines: string[] = [];
      for (;;) {
        const next = await line(deadline - Date.now());
        lines.push(next);
        if (last(next)) return lines;
      }
    },
    async closed(deadlineMs = DEADLINE_MS) {
      const deadline = Date.now() + deadlineMs;
      while (!ended) await changed('the end of the connection', deadline);
      return bytes;
    },
    async startTls(options) {
      socket.off('data', onData).off('close', onClose).off('error', onError);
      socket = connectTls({ ...options, socket });
      await opened(socket, 'secureConnect', name);
      listen();
    },
    end: () => void socket.end(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
};
