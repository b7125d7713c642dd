/** A login worker on a loopback port, with an auth server in the same process and a backend that is a pair of streams. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { createLineDecoder } from '@homing/wire';
import type { ClientContext, ProxiedSession, ProxyLogin } from '../src/core/proxy-login.ts';
import { createLoginWorker, type LoginWorker, type LoginWorkerOptions } from '../src/service/login-worker.ts';
import { defaultSettings } from './rehearsal.ts';

const HELLO = 'VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t7\nCUID\t8\nCOOKIE\tabc\nDONE\n';

export type Stage = {
  readonly worker: LoginWorker;
  readonly log: ReturnType<typeof createMemoryLog>;
  /** Lines that auth servers got, hello left out. */
  readonly asked: string[];
  /** Says something as the auth server. */
  answer(line: string): void;
  /** The auth server goes away. */
  dropAuth(): void;
  client(): Promise<StageClient>;
  readonly proxied: { context: ClientContext; signal: AbortSignal }[];
} & AsyncDisposable;

export type StageClient = {
  readonly socket: Socket;
  send(bytes: string): void;
  until(end: string): Promise<string>;
  closed(): Promise<string>;
};

export type StageOptions = Partial<Pick<LoginWorkerOptions, 'clientLimit' | 'protocol'>> & {
  readonly settings?: object;
  readonly proxyLogin?: ProxyLogin;
  readonly isAuthSilent?: boolean;
};

export const setStage = async (options: StageOptions = {}): Promise<Stage> => {
  const asked: string[] = [];
  let auth: Outlet | undefined;
  const log = createMemoryLog('imap-login');
  const settings = { ...defaultSettings(), ...options.settings };
  const proxied: Stage['proxied'] = [];
  const worker = createLoginWorker({
    protocol: options.protocol ?? 'imap',
    settingsFor: () => settings,
    connectAuth: connectInProcess((outlet) => {
      auth = outlet;
      const lines = createLineDecoder(16_384);
      if (options.isAuthSilent !== true) outlet.send(HELLO);
      return {
        receive(bytes) {
          lines.push(bytes);
          for (let line = lines.next(); line !== undefined; line = lines.next()) {
            if (/^(?:AUTH|CONT|CANCEL)\t/.test(line)) asked.push(line);
          }
        },
        end: () => undefined,
      };
    }, log),
    authSocket: 'login',
    log,
    proxyLogin: async (fields, context, signal) => {
      proxied.push({ context, signal });
      return (options.proxyLogin ?? echoBackend)(fields, context, signal);
    },
    relay: async (client, session) => {
      session.stream.write(client.rest, 'latin1');
      client.stream.write(session.rest, 'latin1');
      client.stream.pipe(session.stream).pipe(client.stream);
      await once(client.stream, 'close');
    },
    clientLimit: options.clientLimit ?? 10,
    hostname: 'px',
    pid: 42,
    now: Date.now,
  });
  const server = createServer((socket) => worker.accept(socket, { name: 'imap', ssl: false, haproxy: false }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    worker,
    log,
    asked,
    proxied,
    answer: (line) => auth?.send(`${line}\n`),
    dropAuth: () => auth?.close(),
    client: () => openClient(port),
    async [Symbol.asyncDispose]() {
      server.close();
      await worker[Symbol.asyncDispose]();
    },
  };
};

/** Sends back what it gets. */
const echoBackend: ProxyLogin = () => {
  const [stream, far] = duplexPair();
  far.pipe(far);
  return Promise.resolve(sessionOn(stream));
};

export const sessionOn = (stream: ProxiedSession['stream']): ProxiedSession => ({
  stream,
  destination: '10.0.0.1:143',
  host: '10.0.0.1',
  ip: '10.0.0.1',
  port: 143,
  chosenIp: '10.0.0.1',
  destuser: 'joe',
  capability: undefined,
  altUsernames: new Map(),
  eventFields: {},
  startedAt: 0,
  reply: 'Logged in',
  rest: '',
  refreshSeconds: 0,
  bytesSent: 0,
});

const openClient = async (port: number): Promise<StageClient> => {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  let wake: () => void = () => undefined;
  let isClosed = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
    wake();
  });
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  await once(socket, 'connect');
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    async until(end) {
      while (!got.includes(end)) {
        if (isClosed) throw new Error(`closed before ${JSON.stringify(end)}: ${JSON.stringify(got)}`);
        await changed();
      }
      const at = got.indexOf(end) + end.length;
      const said = got.slice(0, at);
      got = got.slice(at);
      return said;
    },
    async closed() {
      while (!isClosed) await changed();
      return got;
    },
  };
};
