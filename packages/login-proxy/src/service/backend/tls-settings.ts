/**
 * TLS towards backends as the settings want it. Trust anchors: `ssl_client_ca_file` and `ssl_client_ca_dir`, else
 * `ssl_ca` (the only one that Dovecot's login processes read), else the system's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTlsClientContext, type TlsClientContext, type TlsClientOptions } from '@homing/io';
import type { BackendTlsSettings } from './backend-settings.ts';

/** Throws what is wrong with a file or with its contents. */
export const backendTlsContext = (settings: BackendTlsSettings): TlsClientContext => {
  const suites = settings.ssl_cipher_suites === '' ? [] : [settings.ssl_cipher_suites];
  return createTlsClientContext({
    ca: trustAnchors(settings),
    cert: settings.ssl_client_cert || undefined,
    key: settings.ssl_client_key || undefined,
    minVersion: minVersion(settings.ssl_min_protocol),
    ciphers: [...suites, settings.ssl_cipher_list].filter((part) => part !== '').join(':') || undefined,
  });
};

const trustAnchors = (settings: BackendTlsSettings): readonly string[] | undefined => {
  const { ssl_client_ca_file: file, ssl_client_ca_dir: dir, ssl_ca: ca } = settings;
  if (file === '' && dir === '') return ca === '' ? undefined : [ca];
  return [...(file === '' ? [] : [readFileSync(file, 'latin1')]), ...(dir === '' ? [] : hashedCertificates(dir))];
};

/** OpenSSL looks for `<8 hex digits>.<n>` only, the links that c_rehash makes. */
const hashedCertificates = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name))
    .map((name) => readFileSync(join(dir, name), 'latin1'));

/** `ANY` and SSLv3 mean the oldest that OpenSSL 3 still speaks, `LATEST` the newest. */
const minVersion = (protocol: string): TlsClientOptions['minVersion'] => {
  switch (protocol) {
    case 'TLSv1.1':
    case 'TLSv1.2':
    case 'TLSv1.3':
      return protocol;
    case 'LATEST':
      return 'TLSv1.3';
    default:
      return 'TLSv1';
  }
};
