/**
 * `director_flush_socket`: `unix:path`, `tcp:host:port` or `exec:program args`, with %i (new mail host's address) and %h
 * (its name). Without a scheme, the form of old documentation that crashes Dovecot's director, it is taken as a unix path.
 */
import { parsedTemplate, type Variables } from '@homing/config';
import { digests } from '@homing/io';
import { type ByteString, parsePort } from '@homing/wire';
import type { FlushRequest } from './effect.ts';

export type FlushTarget =
  /** `path` is relative to `base_dir`. */
  | { scheme: 'unix'; path: string }
  | { scheme: 'tcp'; host: string; port: number }
  | { scheme: 'exec'; program: string; args: readonly string[] };

/** The mail host a user moves to. */
export type NewHost = { readonly ip: string; readonly name: string };

export const hasFlushScheme = (setting: string): boolean => /^(unix|tcp|exec):/.test(setting);

/** Undefined if it cannot be used; `parseFlushTarget(setting, ...)` at the start tells. */
export const parseFlushTarget = (
  setting: string,
  { ip, name }: NewHost,
  hostVariable: Variables,
): FlushTarget | undefined => {
  const { text, error } = parsedTemplate(
    setting,
    digests,
  )((variable) =>
    variable === '%i' || variable === 'ip'
      ? ip
      : variable === '%h' || variable === 'host'
        ? name
        : hostVariable(variable),
  );
  if (error !== undefined) return undefined;
  if (text.startsWith('exec:')) {
    const [program = '', ...args] = text.slice(5).split(' ');
    return program === '' ? undefined : { scheme: 'exec', program, args };
  }
  if (text.startsWith('tcp:')) {
    const colon = text.lastIndexOf(':');
    const host = text.slice(4, Math.max(4, colon)).replace(/^\[(.*)\]$/, '$1');
    const port = parsePort(text.slice(colon + 1));
    return host === '' || port === undefined ? undefined : { scheme: 'tcp', host, port };
  }
  return { scheme: 'unix', path: text.startsWith('unix:') ? text.slice(5) : text };
};

/** What the script is told: FLUSH, hash, old and new address, the old mail host's state and vhosts. */
export const flushArguments = ({ hash, oldHost, newIp }: FlushRequest): ByteString[] => [
  'FLUSH',
  `${hash}`,
  oldHost.ip,
  newIp,
  oldHost.isDown ? 'down' : 'up',
  `${oldHost.vhosts}`,
];
