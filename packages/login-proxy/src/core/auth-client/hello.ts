/**
 * The auth server's side of the handshake, line by line until DONE (auth-client-connection.c). Log texts are Dovecot's.
 *
 *     VERSION 1 n, MECH name flags..., SPID n, CUID n, COOKIE hex, DONE
 */
import { assertNever, type ByteString, type Mech, parseAuthServerHelloLine, WireError } from '@homing/wire';
import type { AuthServer } from '../client/event.ts';

export type Hello = {
  readonly versionSeen: boolean;
  readonly mechanisms: readonly Mech[];
  readonly spid: number;
  readonly cuid: number;
  readonly cookieSeen: boolean;
};

export const NEW_HELLO: Hello = { versionSeen: false, mechanisms: [], spid: 0, cuid: 0, cookieSeen: false };

export type HelloStep =
  | { readonly at: 'hello'; readonly hello: Hello }
  | { readonly at: 'ready'; readonly server: AuthServer }
  | { readonly at: 'broken'; readonly text: string };

const broken = (text: string): HelloStep => ({ at: 'broken', text });

export const readHello = (hello: Hello, line: ByteString): HelloStep => {
  const read = helloLine(line);
  if (typeof read === 'string') return broken(read);
  const go = (more: Partial<Hello>): HelloStep => ({ at: 'hello', hello: { ...hello, ...more } });
  switch (read.cmd) {
    case 'VERSION':
      if (read.major !== 1) return broken(versionText(read.major));
      return go({ versionSeen: true });
    case 'MECH':
      return go({ mechanisms: [...hello.mechanisms, read.mech] });
    case 'SPID':
      return go({ spid: read.value });
    case 'CUID':
      return go({ cuid: read.value });
    case 'COOKIE':
      return hello.cookieSeen ? broken('BUG: Authentication server already sent cookie') : go({ cookieSeen: true });
    case 'DONE':
      return done(hello);
    default:
      return assertNever(read);
  }
};

const done = ({ mechanisms, cookieSeen, spid, cuid }: Hello): HelloStep => {
  if (mechanisms.length === 0) return broken('BUG: Authentication server returned no mechanisms');
  if (!cookieSeen) return broken("BUG: Authentication server didn't send a cookie");
  return { at: 'ready', server: { mechanisms, spid, cuid } };
};

const versionText = (major: number): string =>
  `Socket supports major version ${major}, but we support only 1 (mixed old and new binaries?)`;

/** The line, or what the log says about it. */
const helloLine = (line: ByteString): ReturnType<typeof parseAuthServerHelloLine> | string => {
  try {
    return parseAuthServerHelloLine(line);
  } catch (error) {
    if (error instanceof WireError) return `Auth server sent unknown handshake: ${line}`;
    throw error;
  }
};
