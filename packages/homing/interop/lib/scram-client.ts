/** A mail client that logs in with SCRAM-SHA-256 over IMAP, in TLS, bound to the TLS channel or not (RFC 5802, 7677). */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { lineClient } from './line-client.ts';

/** How to bind: not at all (mechanism without -PLUS), or by what TLS 1.2 or TLS 1.3 has. */
export type Binding = 'none' | 'tls-unique' | 'tls-exporter';

const base64 = (bytes: string | Buffer): string => Buffer.from(bytes as Buffer).toString('base64');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const bindingData = (socket: TLSSocket, binding: Binding): Buffer => {
  if (binding === 'tls-unique') return socket.getFinished() ?? Buffer.alloc(0);
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
};

/** The server's last line. */
export const scramLogin = async (
  server: { readonly host: string; readonly port: number },
  user: string,
  password: string,
  binding: Binding,
): Promise<string> => {
  const maxVersion = binding === 'tls-unique' ? 'TLSv1.2' : 'TLSv1.3';
  const socket = connect({ ...server, rejectUnauthorized: false, maxVersion });
  await once(socket, 'secureConnect');
  using client = lineClient(socket, `${server.host}:${server.port}`);
  await client.line();
  const header = binding === 'none' ? 'n,,' : `p=${binding},,`;
  const bare = `n=${user},r=${randomBytes(12).toString('hex')}`;
  client.send(`a AUTHENTICATE SCRAM-SHA-256${binding === 'none' ? '' : '-PLUS'} ${base64(header + bare)}\r\n`);
  const first = await client.line();
  if (!first.startsWith('+ ')) return first;
  const challenge = Buffer.from(first.slice(2), 'base64').toString('latin1');
  const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(challenge) ?? [];
  const input = Buffer.concat([
    Buffer.from(header),
    binding === 'none' ? Buffer.alloc(0) : bindingData(socket, binding),
  ]);
  const unproven = `c=${base64(input)},r=${nonce}`;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const stored = createHash('sha256').update(clientKey).digest();
  const signature = hmac(stored, `${bare},${challenge},${unproven}`);
  const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0));
  client.send(`${base64(`${unproven},p=${base64(Buffer.from(proof))}`)}\r\n`);
  const last = await client.line();
  // The server's own proof comes as a challenge of its own, which wants an empty answer.
  if (!last.startsWith('+ ')) return last;
  client.send('\r\n');
  return (await client.linesUntil((line) => line.startsWith('a '))).at(-1) ?? '';
};
