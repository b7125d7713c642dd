/**
 * TLS between two servers that know each other: both show a certificate that the other's authorities signed, for the name
 * or address the other knows it by. Nobody else speaks this port's TLS, so only the newest version is spoken.
 */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { errorCode, networkErrorText, opensslText } from '../socket/connect-error.ts';
import { TlsError } from '../socket/connect-tls.ts';
import { verifyProblem } from './verify-problem.ts';

/** PEM texts. `passphrase` is empty for a key without one. */
export type MutualTlsFiles = {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string;
};

/** `name`: of the other side, as in its certificate. Both reject with `TlsError` or the signal's reason. */
export type MutualTls = {
  connect(socket: Socket, name: string, signal: AbortSignal): Promise<TLSSocket>;
  accept(socket: Socket, name: string, signal: AbortSignal): Promise<TLSSocket>;
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Throws what OpenSSL says about a certificate or key it cannot use. */
export const createMutualTls = ({ ca, cert, key, passphrase }: MutualTlsFiles): MutualTls => {
  const authorities = ca.match(CERTIFICATE) ?? [];
  if (authorities.length === 0) throw new Error('no certificate of an authority');
  // Node itself leaves out what it cannot read.
  for (const authority of authorities) new X509Certificate(authority);
  const secureContext = createSecureContext({
    ca: [...authorities],
    cert,
    key,
    minVersion: 'TLSv1.3',
    ...(passphrase === '' ? {} : { passphrase }),
  });
  return {
    connect(socket, name, signal) {
      const sni = isIP(name) === 0 ? { servername: name } : {};
      // Judged below, with everything else about the certificate.
      const rules = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
      return judged(connect({ socket, secureContext, ...sni, ...rules }), 'secureConnect', name, socket, signal);
    },
    accept: (socket, name, signal) => judged(serverStream(socket, secureContext), 'secure', name, socket, signal),
  };
};

const serverStream = (socket: Socket, secureContext: SecureContext): TLSSocket =>
  new TLSSocket(socket, { isServer: true, secureContext, requestCert: true, rejectUnauthorized: false });

/** The paused stream once the other side is known to be who it should be; else everything is destroyed. */
const judged = (
  stream: TLSSocket,
  done: 'secure' | 'secureConnect',
  name: string,
  socket: Socket,
  signal: AbortSignal,
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const give = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      stream.destroy();
      socket.destroy();
      reject(reason);
    };
    const abort = (): void => give(signal.reason);
    const gone = (): void => give(new TlsError('TLS handshake: Connection closed', false));
    // Both stay for the stream's life: later errors end it through 'close'.
    stream.on('error', (error) => give(new TlsError(`TLS handshake failed: ${reasonOf(error)}`, false)));
    socket.on('error', () => {});
    stream.once('close', gone).once('end', gone);
    stream.once(done, () => {
      const problem = certificateProblem(stream, name);
      if (problem !== undefined) {
        give(new TlsError(problem, true));
        return;
      }
      signal.removeEventListener('abort', abort);
      stream.off('close', gone).off('end', gone);
      resolve(stream);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });

const certificateProblem = (stream: TLSSocket, name: string): string | undefined => {
  const certificate = stream.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return 'TLS: no certificate received';
  const problem = verifyProblem(stream);
  if (problem !== undefined) return `TLS: certificate refused: ${problem}`;
  const mismatch = checkServerIdentity(name, certificate);
  return mismatch === undefined ? undefined : `TLS: certificate is not for ${name}: ${mismatch.message}`;
};

const reasonOf = (error: Error): string =>
  'library' in error ? opensslText(error) : networkErrorText(errorCode(error));
