/**
 * A listening socket without a `net.Server`: what the master holds and hands to its children. Node has no public call
 * for it; `node:cluster` makes its own with `net._createServerHandle`, and this is the only place where we do too.
 * `child.send(message, handle)` passes such a handle on, and `net.createServer().listen(handle)` serves it.
 */
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { errnoText } from '../system/libc.ts';

/** Opaque: bound and listening. Closing it never unlinks a path. */
export type ServerHandle = { close(): void; readonly fd: number };

type CreateServerHandle = (
  address: string | null,
  port: number,
  family: 4 | 6 | 0,
  fd: number | undefined,
  flags: number,
) => ServerHandle | number;

/** uv.h: `::` must not take the IPv4 port that `*` wants (net_listen_full in lib/net.c). */
const UV_TCP_IPV6ONLY = 1;

const createServerHandle: CreateServerHandle = Reflect.get(net, '_createServerHandle');

/** `host:port` could not be bound; `code` is the errno's name. */
export class ListenError extends Error {
  readonly code: string;

  constructor(where: string, code: string) {
    super(`listen(${where}) failed: ${errnoText(code)}`);
    this.name = 'ListenError';
    this.code = code;
  }
}

/** Binds a TCP port. Throws `ListenError`. */
export const bindTcp = (address: string, port: number): ServerHandle => {
  const v6 = net.isIPv6(address);
  const handle = createServerHandle(address, port, v6 ? 6 : 4, undefined, v6 ? UV_TCP_IPV6ONLY : 0);
  if (typeof handle === 'number') throw new ListenError(`${address}, ${port}`, getSystemErrorName(handle));
  return handle;
};

/** Wraps an open, bound descriptor, which then belongs to the handle. */
export const handleOfDescriptor = (fd: number): ServerHandle => {
  const handle = createServerHandle(null, 0, 0, fd, 0);
  if (typeof handle === 'number') throw new ListenError(`fd ${fd}`, getSystemErrorName(handle));
  return handle;
};
