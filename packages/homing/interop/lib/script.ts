/** A scripted client: sends exact bytes, and keeps every byte it gets back until a count of lines or the end. */
import { connect as connectSocket, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { within } from './until.ts';

/**
 * `[bytes, lines]`: send, then read so many lines. `[bytes, 'close']`: until the server closes. `'tls'`: handshake.
 */
export type ScriptStep = readonly [bytes: string, lines: number | 'close'] | 'tls';

export type ScriptTarget = {
  readonly port: number;
  /** Address to connect from; only 127.0.0.1 is the server's own and so counts as secured. */
  readonly from?: string;
  readonly tls?: boolean;
  readonly tlsOptions?: ConnectionOptions;
};

const DEADLINE_MS = 15_000;

/** All that came back, step by step. The first element is the greeting: `greeting` lines of it. */
export const runScript = async (
  target: ScriptTarget,
  steps: readonly ScriptStep[],
  greeting: number | 'close' = 1,
): Promise<string[]> => {
  const { port, from, tls } = target;
  let socket: Socket = connectSocket({
    host: '127.0.0.1',
    port,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  const reader = createReader();
  reader.watch(socket);
  const secure = async (): Promise<void> => {
    reader.unwatch(socket);
    const upgraded = connectTls({ socket, rejectUnauthorized: false, ...target.tlsOptions });
    reader.watch(upgraded);
    socket = upgraded;
    await within('a TLS handshake', DEADLINE_MS, new Promise((done) => upgraded.once('secureConnect', done)));
  };
  const answers: string[] = [];
  try {
    if (tls === true) await secure();
    answers.push(await reader.read(greeting));
    for (const step of steps) {
      if (step === 'tls') {
        await secure();
        continue;
      }
      const [bytes, lines] = step;
      socket.write(bytes, 'latin1');
      answers.push(await reader.read(lines));
    }
  } finally {
    socket.destroy();
  }
  return answers;
};

const createReader = () => {
  let bytes = '';
  let isClosed = false;
  let wake: () => void = () => undefined;
  const onData = (chunk: Buffer): void => {
    bytes += chunk.toString('latin1');
    wake();
  };
  const onClose = (): void => {
    isClosed = true;
    wake();
  };
  const take = (lines: number | 'close'): string | undefined => {
    if (lines === 'close') return isClosed ? bytes : undefined;
    let end = 0;
    for (let i = 0; i < lines; i++) {
      const at = bytes.indexOf('\n', end);
      if (at === -1) return isClosed ? `${bytes}<closed>` : undefined;
      end = at + 1;
    }
    return bytes.slice(0, end);
  };
  return {
    watch: (socket: Socket) =>
      void socket
        .on('data', onData)
        .on('close', onClose)
        .on('error', () => undefined),
    unwatch: (socket: Socket) => void socket.off('data', onData).off('close', onClose),
    async read(lines: number | 'close'): Promise<string> {
      for (let got = take(lines); ; got = take(lines)) {
        if (got !== undefined) {
          bytes = bytes.slice(got.length);
          return got;
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await within(`${lines} lines (have ${JSON.stringify(bytes)})`, DEADLINE_MS, promise);
      }
    },
  };
};
