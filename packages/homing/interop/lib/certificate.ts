/** Self-signed certificates for both legs of a proxied login. */
import { join } from 'node:path';
import { run } from './process.ts';

export type CertificateFiles = { readonly cert: string; readonly key: string };

/** Writes `<name>.pem` and `<name>.key` into the directory; valid for the names and IP addresses given. */
export const makeCertificate = async (
  dir: string,
  name: string,
  hosts: readonly string[],
): Promise<CertificateFiles> => {
  const files = { cert: join(dir, `${name}.pem`), key: join(dir, `${name}.key`) };
  const alternatives = hosts.map((host) => (/^[0-9.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(',');
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  const subject = ['-subj', `/CN=${hosts[0] ?? name}`, '-addext', `subjectAltName=${alternatives}`];
  const made = await run('openssl', [...request, ...subject, '-keyout', files.key, '-out', files.cert]);
  if (made.code !== 0) throw new Error(`openssl: ${made.stderr}`);
  return files;
};
