/** An authority of client certificates, and one certificate that it signed. */
import { join } from 'node:path';
import { run } from './process.ts';

/** Writes `ca.pem`, and `client.pem` with `client.key` for the given name, into the directory. */
export const makeAuthority = async (dir: string, name: string): Promise<void> => {
  const file = (base: string): string => join(dir, base);
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' ');
  await openssl([
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  ]);
  await openssl(['req', ...key, '-subj', `/CN=${name}`, '-keyout', file('client.key'), '-out', file('client.csr')]);
  const authority = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', '2', '-days', '2'];
  await openssl(['x509', '-req', '-in', file('client.csr'), ...authority, '-out', file('client.pem')]);
};

const openssl = async (args: readonly string[]): Promise<void> => {
  const { code, stderr } = await run('openssl', args);
  if (code !== 0) throw new Error(`openssl ${args[0] ?? ''}: ${stderr}`);
};
