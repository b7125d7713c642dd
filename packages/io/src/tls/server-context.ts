/** Certificates and rules of a TLS server, made once for many connections. */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';

/** PEM texts and OpenSSL strings; empty strings are left out. */
export type TlsServerOptions = {
  readonly cert: string;
  readonly key: string;
  /** A second pair, of another key type. */
  readonly altCert: string;
  readonly altKey: string;
  readonly passphrase: string;
  /** Authorities of client certificates, with their revocation lists. */
  readonly ca: string;
  readonly minVersion: SecureVersion;
  /** TLS 1.2 and older. */
  readonly cipherList: string;
  /** TLS 1.3; empty: OpenSSL's own. */
  readonly cipherSuites: string;
  readonly curves: string;
  readonly dh: string;
  readonly preferServerCiphers: boolean;
  readonly tickets: boolean;
  readonly requestCert: boolean;
  /** A client certificate counts only if revocation lists were there to look at. */
  readonly requireCrl: boolean;
};

export type TlsServerContext = {
  readonly secure: SecureContext;
  readonly requestCert: boolean;
  readonly acceptsCertificates: boolean;
};

/** Node takes both lists as one; without a TLS 1.3 suite in it TLS 1.3 would be off. */
const OPENSSL_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

const CRL = /-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g;

/** Throws what OpenSSL says about a certificate, key or list it cannot use. */
export const createTlsServerContext = (options: TlsServerOptions): TlsServerContext => {
  const { cert, key, altCert, altKey, passphrase, ca, curves, dh, requestCert, requireCrl } = options;
  const crls = ca.match(CRL) ?? [];
  const suites = options.cipherSuites === '' ? OPENSSL_SUITES : options.cipherSuites;
  const secure = createSecureContext({
    cert: altCert === '' ? cert : [cert, altCert],
    key: altKey === '' ? key : [key, altKey],
    ciphers: options.cipherList === '' ? suites : `${suites}:${options.cipherList}`,
    honorCipherOrder: options.preferServerCiphers,
    minVersion: options.minVersion,
    secureOptions: constants.SSL_OP_NO_COMPRESSION | (options.tickets ? 0 : constants.SSL_OP_NO_TICKET),
    // OpenSSL refuses to resume sessions with client certificates without one.
    sessionIdContext: 'homing',
    ...(passphrase === '' ? {} : { passphrase }),
    ...(ca === '' ? {} : { ca }),
    ...(crls.length === 0 || !requireCrl ? {} : { crl: [...crls] }),
    ...(curves === '' ? {} : { ecdhCurve: curves }),
    ...(dh === '' ? { dhparam: 'auto' } : { dhparam: dh }),
  });
  return { secure, requestCert, acceptsCertificates: !requireCrl || crls.length > 0 };
};
