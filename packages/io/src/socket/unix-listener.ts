/**
 * A unix socket at a path, with its owner and mode in force before the first connection can arrive: it is bound, given
 * its owner and mode, and only then set to listen. Until then connect() is refused.
 *
 * What is already at the path (service-listen.c): a socket that somebody serves is refused, a dead one is removed,
 * anything that is not a socket is left alone and refused.
 */
import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { checked, libc } from '../system/libc.ts';
import { applyOwner, isJustMade, withMadeFile } from './made-file.ts';
import { BACKLOG, handleOfDescriptor, type ServerHandle, STREAM_NONBLOCK_CLOEXEC } from './server-handle.ts';
import { type FileOwner, makeParent, SocketPathError } from './socket-path.ts';

const AF_UNIX = 1;
/** sizeof(sun_path) less its NUL. */
const MAX_PATH = 107;

/** Binds, or throws `SocketPathError`. Makes missing parent folders (0755). */
export const listenUnix = async (path: string, owner: FileOwner): Promise<ServerHandle> => {
  if (Buffer.byteLength(path) > MAX_PATH) throw new SocketPathError(path, `listen(${path}) failed: path is too long`);
  await makeRoom(path);
  const { socket, bind, listen, close } = libc();
  const fd = checked('socket', socket(AF_UNIX, STREAM_NONBLOCK_CLOEXEC, 0));
  try {
    const address = unixAddress(path);
    checked('bind', bind(fd, address, address.length), path);
    withMadeFile(path, isOurSocket, (self, file) => applyOwner(path, self, file, owner));
    checked('listen', listen(fd, BACKLOG), path);
    return handleOfDescriptor(fd);
  } catch (error) {
    close(fd);
    throw error instanceof SocketPathError ? error : new SocketPathError(path, String((error as Error).message));
  }
};

const isOurSocket = (file: Stats): boolean => file.isSocket() && isJustMade(file);

/** struct sockaddr_un: the family, then the path with its NUL. */
const unixAddress = (path: string): Uint8Array => {
  const name = Buffer.from(`${path}\0`, 'utf8');
  const address = Buffer.alloc(2 + name.length);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
};

const makeRoom = async (path: string): Promise<void> => {
  makeParent(path);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new SocketPathError(path, `${path} exists and is not a socket`);
  if (await isServed(path)) throw new SocketPathError(path, `Socket already exists: ${path}`);
  unlinkSync(path);
};

/** True unless nobody listens. Whatever else goes wrong (no permission, full backlog) means somebody may be there. */
export const isServed = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createConnection(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
