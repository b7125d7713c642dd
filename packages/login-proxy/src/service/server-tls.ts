/** TLS contexts by settings: made at the first connection that needs one, kept as long as those settings are in use. */
import { createTlsServerContext, type TlsServerContext } from '@homing/io';
import type { LoginSettings } from '../core/client/settings.ts';

/** Throws `Failed to initialize SSL server context: ...`. */
export type ContextOf = (settings: LoginSettings) => TlsServerContext;

export const createContexts = (): ContextOf => {
  const contexts = new WeakMap<LoginSettings, TlsServerContext>();
  return (settings) => {
    const known = contexts.get(settings);
    if (known !== undefined) return known;
    const made = makeContext(settings);
    contexts.set(settings, made);
    return made;
  };
};

const makeContext = (settings: LoginSettings): TlsServerContext => {
  try {
    if (settings.ssl_cert === '') throw new Error('ssl_cert is empty');
    if (settings.ssl_key === '') throw new Error('ssl_key is empty');
    return createTlsServerContext({
      cert: settings.ssl_cert,
      key: settings.ssl_key,
      altCert: settings.ssl_alt_cert,
      altKey: settings.ssl_alt_key,
      passphrase: settings.ssl_key_password,
      ca: settings.ssl_ca,
      minVersion: minVersion(settings.ssl_min_protocol),
      cipherList: settings.ssl_cipher_list,
      cipherSuites: settings.ssl_cipher_suites,
      curves: settings.ssl_curve_list,
      dh: settings.ssl_dh,
      preferServerCiphers: settings.ssl_prefer_server_ciphers,
      tickets: !settings.ssl_options.split(/[ ,]+/).includes('no_ticket'),
      requestCert: settings.ssl_verify_client_cert,
      requireCrl: settings.ssl_require_crl,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed to initialize SSL server context: ${reason}`, { cause: error });
  }
};

/** `ANY` is the oldest that OpenSSL still speaks, `LATEST` the newest. */
const minVersion = (setting: string): 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' => {
  switch (setting) {
    case 'ANY':
    case 'TLSv1':
      return 'TLSv1';
    case 'TLSv1.1':
    case 'TLSv1.2':
      return setting;
    case 'TLSv1.3':
    case 'LATEST':
      return 'TLSv1.3';
    default:
      throw new Error(`Unknown ssl_min_protocol setting '${setting}'`);
  }
};
