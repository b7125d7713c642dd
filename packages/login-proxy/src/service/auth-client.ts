/**
 * The connection to an auth server or a director's login socket, kept up: what was established is connected again at
 * once, what fails or ends again every 5 s; 30 s for connecting and the handshake. A server that restarts is asked for
 * its mechanisms again.
 */
import {
  type Connect,
  errorCode,
  type Log,
  networkErrorText,
  type Outlet,
  type PeerCredentials,
  type Protocol,
} from '@homing/io';
import {
  AUTH_CLIENT_MAX_LINE,
  type ByteString,
  createLineDecoder,
  encodeAuthClientCommand,
  encodeAuthClientHello,
  WireError,
} from '@homing/wire';
import { type Hello, NEW_HELLO, readHello } from '../core/auth-client/hello.ts';
import { type AuthAnswer, createRequests, type Requests } from '../core/auth-client/requests.ts';
import type { AuthServer } from '../core/client/event.ts';

/** As login processes of 2.3: an empty `resp=` is an empty response, CANCEL has no reply. */
const CLIENT_MINOR = 2;
const RECONNECT_MS = 5000;
const HANDSHAKE_MS = 30_000;

export type AuthClientOptions = {
  readonly connect: Connect;
  /** For the log. */
  readonly socketPath: string;
  /** CPID: no two connections to a server may share one. */
  readonly clientId: number;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The server is there (again), or has gone. `never-ready`: it went and never was. */
  readonly onChange: (change: 'ready' | 'lost' | 'never-ready') => void;
};

export type AuthRequest = { respond(data: ByteString): void; cancel(): void };

export type AuthClient = {
  /** Undefined until its handshake is done. */
  readonly server: AuthServer | undefined;
  /**
   * Only while there is a server. `params`: as they stand on the wire. `auth-continue` comes any number of times, one other
   * answer ends the request.
   */
  request(
    mechanism: ByteString,
    params: ByteString,
    resp: ByteString | undefined,
    answer: (answer: AuthAnswer) => void,
  ): AuthRequest;
  close(): void;
};

/** One connection, from its first byte to its last. */
type Live = { readonly outlet: Outlet; readonly peer: PeerCredentials | undefined; hello: Hello; bytes: number };

type Link = {
  readonly options: AuthClientOptions;
  readonly requests: Requests;
  server: AuthServer | undefined;
  live: Live | undefined;
  lastConnect: number;
  /** When a reconnect last did not wait. */
  lastHaste: number;
  timer: NodeJS.Timeout | undefined;
  wasReady: boolean;
  isClosed: boolean;
};

export const createAuthClient = (options: AuthClientOptions): AuthClient => {
  const link: Link = {
    options,
    requests: createRequests(),
    server: undefined,
    live: undefined,
    lastConnect: Number.NEGATIVE_INFINITY,
    lastHaste: Number.NEGATIVE_INFINITY,
    timer: undefined,
    wasReady: false,
    isClosed: false,
  };
  connect(link);
  return {
    get server() {
      return link.server;
    },
    request(mechanism, params, resp, answer) {
      const id = link.requests.add({ startedAt: options.now(), answer });
      const outlet = link.live?.outlet;
      outlet?.send(encodeAuthClientCommand({ cmd: 'AUTH', id, mechanism, params, resp }));
      return {
        respond: (data) => outlet?.send(encodeAuthClientCommand({ cmd: 'CONT', id, data })),
        cancel() {
          link.requests.remove(id);
          outlet?.send(encodeAuthClientCommand({ cmd: 'CANCEL', id }));
        },
      };
    },
    close() {
      link.isClosed = true;
      lose(link, 'deinitializing');
      clearTimeout(link.timer);
    },
  };
};

const arm = (link: Link, ms: number, fire: (link: Link) => void): void => {
  clearTimeout(link.timer);
  link.timer = setTimeout(fire, ms, link);
};

const connect = (link: Link): void => {
  const { options } = link;
  link.lastConnect = options.now();
  arm(link, HANDSHAKE_MS, handshakeTimeout);
  options
    .connect((outlet) => startDialogue(link, outlet))
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      options.log.error('auth_connect_failed', {}, `${prefix(link)}connect(${options.socketPath}) failed: ${reason}`);
      if (!link.isClosed) arm(link, RECONNECT_MS, connect);
    });
};

const startDialogue = (link: Link, outlet: Outlet): Protocol => {
  const self: Live = { outlet, peer: outlet.peer(), hello: NEW_HELLO, bytes: 0 };
  if (link.isClosed || link.live !== undefined) outlet.close();
  else link.live = self;
  const lines = createLineDecoder(AUTH_CLIENT_MAX_LINE);
  outlet.send(encodeAuthClientHello({ minor: CLIENT_MINOR, pid: link.options.clientId }));
  return {
    receive(bytes) {
      self.bytes += bytes.length;
      lines.push(bytes);
      try {
        for (let line = lines.next(); line !== undefined && link.live === self; line = lines.next()) {
          takeLine(link, self, line);
        }
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        fault(link, `BUG: Auth server sent us more than ${AUTH_CLIENT_MAX_LINE} bytes of data`, 'Buffer full');
      }
    },
    end(error) {
      if (link.live === self) lose(link, error === undefined ? 'EOF' : networkErrorText(errorCode(error)));
    },
  };
};

const takeLine = (link: Link, self: Live, line: ByteString): void => {
  if (link.server !== undefined) {
    const wrong = link.requests.reply(line);
    if (wrong?.fatal === true) fault(link, wrong.text, 'Received broken input');
    else if (wrong !== undefined) link.options.log.error('auth_unknown_id', {}, prefix(link) + wrong.text);
    return;
  }
  const next = readHello(self.hello, line);
  switch (next.at) {
    case 'hello':
      self.hello = next.hello;
      break;
    case 'broken':
      fault(link, next.text, 'Handshake with auth service failed');
      break;
    case 'ready':
      clearTimeout(link.timer);
      link.server = next.server;
      link.wasReady = true;
      link.options.onChange('ready');
  }
};

/** `auth-client: conn unix:login (pid=26441,uid=0): ` */
const prefix = ({ options, live }: Link): string => {
  const peer = live?.peer;
  return `auth-client: conn unix:${options.socketPath}${peer === undefined ? '' : ` (pid=${peer.pid},uid=${peer.uid})`}: `;
};

const fault = (link: Link, text: string, reason: string): void => {
  link.options.log.error('auth_protocol_error', {}, prefix(link) + text);
  lose(link, reason);
};

const handshakeTimeout = (link: Link): void => {
  const { clientId } = link.options;
  const bytes = link.live?.bytes ?? 0;
  const text = `Timeout waiting for handshake from auth server. my pid=${clientId}, input bytes=${bytes}`;
  fault(link, text, 'auth server timeout');
};

/**
 * Dovecot lets 5 s pass between two connects. Behind our master a killed server's socket still listens, so an established
 * connection is made again at once; but only every 5 s, for a server that greets us and hangs up.
 */
const reconnectDelay = (link: Link, wasEstablished: boolean): number => {
  const now = link.options.now();
  if (wasEstablished && now - link.lastHaste >= RECONNECT_MS) {
    link.lastHaste = now;
    return 0;
  }
  return Math.max(0, link.lastConnect + RECONNECT_MS - now);
};

/** All open requests fail. */
const lose = (link: Link, reason: string): void => {
  const { log, now, clientId, onChange } = link.options;
  const hadServer = link.server !== undefined;
  const about = prefix(link);
  link.server = undefined;
  link.live?.outlet.close();
  link.live = undefined;
  const lost = link.requests.loseAll();
  if (lost.length > 0) {
    const seconds = Math.floor((now() - Math.min(...lost.map((request) => request.startedAt))) / 1000);
    const details = `max ${seconds} secs, pid=${clientId}, ${reason}`;
    const text = `Auth connection closed with ${lost.length} pending requests (${details})`;
    log.warning('auth_connection_closed', {}, about + text);
  }
  if (!link.isClosed) arm(link, reconnectDelay(link, hadServer), connect);
  if (hadServer) onChange('lost');
  else if (!link.wasReady) onChange('never-ready');
  for (const request of lost) request.answer({ on: 'auth-lost' });
};
