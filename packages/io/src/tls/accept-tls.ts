/**
 * TLS as a server over a socket that is connected already: from the first byte, or after STARTTLS. The handshake never
 * fails because of a client certificate; what came is told, and whoever logs the client in judges it.
 */
import type { Socket } from 'node:net';
import { type PeerCertificate, type SecureContext, TLSSocket } from 'node:tls';
import { errorCode, networkErrorText, opensslText } from '../socket/connect-error.ts';
import type { TlsServerContext } from './server-context.ts';
import { verifyProblem } from './verify-problem.ts';

export type TlsAccepted = {
  /** `TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)` */
  readonly security: string;
  readonly certificate: 'none' | 'valid' | 'invalid';
  /** Of the client certificate's subject: `CN`, `emailAddress`, ... */
  readonly subject: ReadonlyMap<string, string>;
  /** SNI. */
  readonly serverName: string | undefined;
};

/** The handshake failed: `SSL_accept() failed: ...`, or nothing if the client just went. */
export class TlsAcceptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TlsAcceptError';
  }
}

export type TlsAcceptance = {
  /** May be written to at once; what is written leaves when the handshake is done. */
  readonly stream: TLSSocket;
  /** Rejects with `TlsAcceptError`. */
  readonly handshake: Promise<TlsAccepted>;
};

/**
 * Takes the socket over; nothing may read from it any more. `contextFor` is asked when the client names a server; what it
 * throws ends the handshake.
 */
export const acceptTls = (
  socket: Socket,
  context: TlsServerContext,
  contextFor: (serverName: string) => TlsServerContext,
): TlsAcceptance => {
  let used = context;
  const stream = new TLSSocket(socket, {
    isServer: true,
    secureContext: context.secure,
    requestCert: context.requestCert,
    rejectUnauthorized: false,
    SNICallback: (name, done) => {
      answerSni(done, () => {
        used = contextFor(name);
        return used.secure;
      });
    },
  });
  return { stream, handshake: handshakeOf(stream, () => used) };
};

type SniDone = (error: Error | null, context?: SecureContext) => void;

const answerSni = (done: SniDone, context: () => SecureContext): void => {
  let secure: SecureContext;
  try {
    secure = context();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done(null, secure);
};

const handshakeOf = (stream: TLSSocket, context: () => TlsServerContext): Promise<TlsAccepted> =>
  new Promise((resolve, reject) => {
    stream.once('secure', () => {
      stream.off('close', closed).off('end', closed);
      resolve(accepted(stream, context()));
    });
    // Stays for the stream's life: later errors end it through 'close'.
    stream.on('error', (error) => reject(new TlsAcceptError(handshakeError(error))));
    const closed = (): void => reject(new TlsAcceptError(''));
    stream.once('close', closed).once('end', closed);
  });

const accepted = (stream: TLSSocket, context: TlsServerContext): TlsAccepted => {
  const peer = stream.getPeerCertificate();
  return {
    security: securityText(stream),
    certificate: certificateState(stream, peer, context),
    subject: subjectOf(peer),
    serverName: typeof stream.servername === 'string' ? stream.servername : undefined,
  };
};

const securityText = (stream: TLSSocket): string => {
  const { name } = stream.getCipher();
  const bits = /(?:AES|ARIA|CAMELLIA)_?(\d{3})/.exec(name)?.[1] ?? (name.includes('CHACHA20') ? '256' : '0');
  return `${stream.getProtocol() ?? ''} with cipher ${name} (${bits}/${bits} bits)`;
};

const certificateState = (
  stream: TLSSocket,
  peer: PeerCertificate,
  context: TlsServerContext,
): TlsAccepted['certificate'] => {
  if (Object.keys(peer).length === 0) return 'none';
  return context.acceptsCertificates && verifyProblem(stream) === undefined ? 'valid' : 'invalid';
};

const subjectOf = (peer: PeerCertificate): ReadonlyMap<string, string> => {
  const subject = new Map<string, string>();
  for (const [key, value] of Object.entries(peer.subject ?? {})) {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (typeof last === 'string') subject.set(key, last);
  }
  return subject;
};

const handshakeError = (error: Error): string => {
  if (!('library' in error)) return errorCode(error) === 'ECONNRESET' ? '' : networkErrorText(errorCode(error));
  return `SSL_accept() failed: ${opensslText(error)}`;
};
