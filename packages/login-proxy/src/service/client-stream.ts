/**
 * A client's socket before its login, plain or TLS: bytes in both directions with their limits, STARTTLS in between, and
 * the handover to the relay.
 */
import {
  acceptTls,
  errorCode,
  networkErrorText,
  type StreamSocket,
  TlsAcceptError,
  type TlsAccepted,
  type TlsServerContext,
} from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { RelayedClient } from '../core/proxy-login.ts';

export type StreamEvents = {
  readonly onBytes: (bytes: ByteString) => void;
  /** The client closed, or its connection broke; Dovecot's words. */
  readonly onEnd: (reason: string) => void;
  /** Throws what the log says when there is no usable certificate for that name. */
  readonly tlsContextFor: (serverName: string) => TlsServerContext;
  readonly onTls: (accepted: TlsAccepted) => void;
  readonly onTlsFailed: (error: string) => void;
};

export type ClientStream = {
  /** Queues; `flush` writes all at once. */
  send(bytes: ByteString): void;
  flush(): void;
  /** After what was sent. What was read in clear and not used is forgotten by its reader, not here. */
  startTls(context: TlsServerContext): void;
  /** Reads on while at most a few commands are unread. */
  readWhile(pending: number): void;
  /** Ends this module's part. `rest`: read, but not used. */
  detach(rest: ByteString): RelayedClient;
  /** After what was sent. */
  close(): void;
};

/** LOGIN_MAX_OUTBUF_SIZE: a client that leaves more unread is gone. */
const MAX_OUTPUT = 4096;
/** More than the longest input that a login waits for. */
const MAX_UNREAD = 16_384;
/** One write takes this much, however many commands came in one read. */
const MAX_BATCH = 65_536;
/** A client that does not take our last words keeps its socket this long. */
const LINGER_MS = 10_000;

type Self = {
  stream: StreamSocket;
  readonly events: StreamEvents;
  readonly listeners: Listeners;
  unsent: ByteString;
  bytesSent: number;
  /** `switching`: STARTTLS was answered, its answer is on the way. `handshaking` tells its failure by a promise. */
  at: 'open' | 'switching' | 'handshaking' | 'over';
};

type Listeners = {
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly error: (error: Error) => void;
};

export const createClientStream = (socket: StreamSocket, events: StreamEvents): ClientStream => {
  const self: Self = {
    stream: socket,
    events,
    listeners: {
      data: (chunk) => events.onBytes(chunk.toString('latin1')),
      end: () => end(self, 'Connection closed'),
      error: (error) => end(self, `Connection closed: ${errorText(error)}`),
    },
    unsent: '',
    bytesSent: 0,
    at: 'open',
  };
  listen(self);
  return {
    send(bytes) {
      self.unsent += bytes;
      if (self.unsent.length > MAX_BATCH) flush(self);
    },
    flush: () => flush(self),
    startTls: (context) => startTls(self, context),
    readWhile(pending) {
      if (self.at === 'switching' || self.at === 'over') return;
      if (pending > MAX_UNREAD) self.stream.pause();
      else self.stream.resume();
    },
    detach(rest) {
      flush(self);
      unlisten(self);
      self.at = 'over';
      return { stream: self.stream, rest, bytesSent: self.bytesSent };
    },
    close: () => close(self),
  };
};

const listen = ({ stream, listeners }: Self): void => {
  stream.on('data', listeners.data).on('end', listeners.end).on('close', listeners.end).on('error', listeners.error);
};

/** Somebody must always listen for errors. */
const unlisten = ({ stream, listeners }: Self): void => {
  stream.off('data', listeners.data).off('end', listeners.end).off('close', listeners.end);
  stream.on('error', ignore).off('error', listeners.error).pause();
};

const end = (self: Self, reason: string): void => {
  if (self.at !== 'open') return;
  self.at = 'over';
  self.events.onEnd(reason);
};

const flush = (self: Self): void => {
  const { unsent, stream, at } = self;
  if (unsent === '' || at === 'switching' || at === 'over' || !stream.writable) return;
  self.unsent = '';
  if (stream.writableLength > MAX_OUTPUT) {
    end(self, 'Connection closed');
    return;
  }
  self.bytesSent += unsent.length;
  stream.write(unsent, 'latin1');
};

/** TLS records must not overtake the answer to STARTTLS, so they wait for it to be written. */
const startTls = (self: Self, context: TlsServerContext): void => {
  const { unsent, stream } = self;
  unlisten(self);
  self.at = 'switching';
  self.unsent = '';
  // As Dovecot counts: what went out in clear is not part of the session's `out=`.
  self.bytesSent = 0;
  if (unsent === '') upgrade(self, context);
  else stream.write(unsent, 'latin1', () => upgrade(self, context));
};

const upgrade = (self: Self, context: TlsServerContext): void => {
  if (self.at === 'over') return;
  if (self.stream.destroyed) {
    self.at = 'open';
    end(self, 'Connection closed');
    return;
  }
  self.at = 'handshaking';
  const { stream, handshake } = acceptTls(self.stream, context, self.events.tlsContextFor);
  self.stream = stream;
  listen(self);
  handshake.then(
    (accepted) => {
      if (self.at === 'handshaking') self.at = 'open';
      self.events.onTls(accepted);
    },
    (error: unknown) => {
      if (self.at !== 'over') self.events.onTlsFailed(error instanceof TlsAcceptError ? error.message : String(error));
    },
  );
  flush(self);
};

const close = (self: Self): void => {
  flush(self);
  const isHandshaking = self.at === 'handshaking';
  self.at = 'over';
  unlisten(self);
  const { stream } = self;
  // No last words before the handshake is done, and `destroySoon` would wait for it.
  if (isHandshaking) stream.destroy();
  else stream.destroySoon();
  const timer = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => clearTimeout(timer));
};

const ignore = (): void => undefined;

const errorText = (error: Error): string => {
  const text = networkErrorText(errorCode(error));
  return 'syscall' in error && error.syscall === 'write'
    ? `write() failed: ${text}`
    : `read(size=1026) failed: ${text}`;
};
