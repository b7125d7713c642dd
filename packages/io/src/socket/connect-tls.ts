/**
 * TLS towards servers, over a socket that is connected already: from the first byte, or after STARTTLS. Certificates are
 * judged after the handshake and before a byte is sent, so that the log can say what is wrong in OpenSSL's words.
 */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { errorCode, networkErrorText, opensslText } from './connect-error.ts';

/** PEM texts and OpenSSL strings. `ca` undefined: the system's trusted certificates. */
export type TlsClientOptions = {
  readonly ca?: readonly string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly minVersion?: SecureVersion | undefined;
  readonly ciphers?: string | undefined;
};

export type TlsClientContext = SecureContext;

/** Throws what OpenSSL says about a certificate or key it cannot use. */
export const createTlsClientContext = (options: TlsClientOptions): TlsClientContext =>
  createSecureContext({
    ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    ...(options.minVersion === undefined ? {} : { minVersion: options.minVersion }),
    ...(options.ciphers === undefined ? {} : { ciphers: options.ciphers }),
  });

/** `certificate`: it came and was refused. Otherwise the handshake itself went wrong. */
export class TlsError extends Error {
  readonly isCertificate: boolean;

  constructor(message: string, isCertificate: boolean) {
    super(message);
    this.name = 'TlsError';
    this.isCertificate = isCertificate;
  }
}

export type TlsPeer = {
  /** For SNI (a name only) and for the certificate, which must be for this name or address. */
  readonly host: string;
  readonly verify: boolean;
};

/**
 * Takes the socket over; nothing may read from it any more. Resolves with the paused, authenticated stream; rejects with
 * `TlsError` or the signal's reason, and then the socket is destroyed.
 */
export const startTls = (
  socket: Socket,
  context: TlsClientContext,
  { host, verify }: TlsPeer,
  signal: AbortSignal,
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const name = isIP(host) === 0 && host !== '' ? { servername: host } : {};
    // The name is checked below, so that Node's check does not hide what OpenSSL found.
    const anyName = { checkServerIdentity: () => undefined };
    const stream = connect({ socket, secureContext: context, rejectUnauthorized: false, ...name, ...anyName });
    const give = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      stream.destroy();
      socket.destroy();
      reject(reason);
    };
    const abort = (): void => give(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    stream.once('secureConnect', () => {
      const refusal = verify ? certificateProblem(stream, host) : undefined;
      if (refusal !== undefined) {
        give(new TlsError(refusal, true));
        return;
      }
      signal.removeEventListener('abort', abort);
      stream.off('close', closed);
      stream.pause();
      resolve(stream);
    });
    // Both stay for the stream's life: later errors end it through 'close'.
    stream.on('error', (error) => give(new TlsError(handshakeError(error), false)));
    const closed = (): void => give(new TlsError('', false));
    stream.once('close', closed);
  });

const certificateProblem = (stream: TLSSocket, host: string): string | undefined => {
  const certificate = stream.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return 'SSL certificate not received';
  if (!stream.authorized) {
    const subject = Object.entries(certificate.subject ?? {})
      .map(([key, value]) => `/${key}=${String(value)}`)
      .join('');
    const problem = VERIFY_ERRORS[String(stream.authorizationError)] ?? String(stream.authorizationError);
    return `Received invalid SSL certificate: ${problem}: ${subject} (check ssl_client_ca_* settings?)`;
  }
  const mismatch = checkServerIdentity(host, certificate);
  if (mismatch === undefined) return undefined;
  return `SSL certificate doesn't match expected host name ${host}: ${mismatch.message}`;
};

/** X509_verify_cert_error_string() of the codes that Node gives names. */
const VERIFY_ERRORS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_REVOKED: 'certificate revoked',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  CERT_UNTRUSTED: 'certificate not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  INVALID_CA: 'invalid CA certificate',
  INVALID_PURPOSE: 'unsuitable certificate purpose',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
};

const handshakeError = (error: Error): string => {
  const code = errorCode(error);
  if (code === 'ECONNRESET' && !('syscall' in error)) return '';
  return 'library' in error ? `SSL_connect() failed: ${opensslText(error)}` : networkErrorText(code);
};
