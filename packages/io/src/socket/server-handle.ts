/**
 * A listening socket without a `net.Server`: what the master holds and hands to its children. Node has no public call
 * that makes a handle of a descriptor without accepting from it at once; `node:cluster` uses `net._createServerHandle`
 * for it, and this is the only place where we do too. `child.send(message, handle)` passes such a handle on;
 * `serve.ts` accepts from a copy of its descriptor, so that whoever holds the handle may close it at any time.
 */
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { checked, libc } from '../system/libc.ts';

/** Opaque: bound and listening. Closing it closes the descriptor and removes no path. */
export type ServerHandle = { close(): void; readonly fd: number };

type CreateServerHandle = (address: null, port: 0, family: 0, fd: number) => ServerHandle | number;

const createServerHandle: CreateServerHandle = Reflect.get(net, '_createServerHandle');

/** SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC (Linux). */
export const STREAM_NONBLOCK_CLOEXEC = 0o2004001;

/** Cut to net.core.somaxconn by the kernel. Connections wait here while no process serves the socket. */
export const BACKLOG = 4096;

/** The descriptor belongs to the handle from now on. */
export const handleOfDescriptor = (fd: number): ServerHandle => {
  const handle = createServerHandle(null, 0, 0, fd);
  if (typeof handle === 'number') throw new Error(`cannot listen on descriptor ${fd}: ${getSystemErrorName(handle)}`);
  return handle;
};

const F_DUPFD_CLOEXEC = 1030;

/** Another descriptor of the same listening socket. */
export const duplicateDescriptor = (handle: ServerHandle): number => duplicate(handle.fd);

export const duplicate = (fd: number): number => checked('fcntl', libc().fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0));
