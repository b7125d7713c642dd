/**
 * A TCP port, bound and listening before any process serves it. libuv's own bind keeps "already in use" to itself until
 * somebody listens, which in our case would be a child; so the calls are made here. Linux.
 */
import { isIPv6 } from 'node:net';
import { checked, errnoText, libc, SystemCallError } from '../system/libc.ts';
import { BACKLOG, handleOfDescriptor, type ServerHandle, STREAM_NONBLOCK_CLOEXEC } from './server-handle.ts';

/** `address, port` could not be had; `code` is the errno's name. */
export class ListenError extends Error {
  readonly code: string;

  constructor(address: string, port: number, code: string) {
    super(`listen(${address}, ${port}) failed: ${errnoText(code)}`);
    this.name = 'ListenError';
    this.code = code;
  }
}

const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

/** `address` is an IP address (`0.0.0.0`, `::`). Throws `ListenError`. */
export const listenTcp = (address: string, port: number): ServerHandle => {
  const { socket, bind, listen, setsockopt, close } = libc();
  const v6 = isIPv6(address);
  let fd = -1;
  try {
    fd = checked('socket', socket(v6 ? AF_INET6 : AF_INET, STREAM_NONBLOCK_CLOEXEC, 0));
    checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]), 4));
    // So that `::` leaves the IPv4 port to `*` (net_listen_full, lib/net.c).
    if (v6) checked('setsockopt', setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, new Int32Array([1]), 4));
    const name = socketAddress(address, port, v6);
    checked('bind', bind(fd, name, name.length));
    checked('listen', listen(fd, BACKLOG));
    return handleOfDescriptor(fd);
  } catch (error) {
    if (fd >= 0) close(fd);
    throw error instanceof SystemCallError ? new ListenError(address, port, error.code) : error;
  }
};

/** struct sockaddr_in: family, port, address, 8 unused; sockaddr_in6: family, port, flow, address, scope. */
const socketAddress = (address: string, port: number, v6: boolean): Uint8Array => {
  const bytes = Buffer.alloc(v6 ? 28 : 16);
  bytes.writeUInt16LE(v6 ? AF_INET6 : AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  if (libc().inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes.subarray(v6 ? 8 : 4)) !== 1) {
    throw new ListenError(address, port, 'EINVAL');
  }
  return bytes;
};
