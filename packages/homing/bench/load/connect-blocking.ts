/** A unix socket as a plain blocking descriptor, which Node's own sockets are not. Linux only. */
import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
/** struct sockaddr_un: family, then the path. */
const SOCKADDR_UN_SIZE = 110;

export const connectBlocking = (path: string): number => {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int family, int type, int protocol)');
  const connect = libc.func('int connect(int fd, const uint8_t *address, uint32_t size)');
  const address = Buffer.alloc(SOCKADDR_UN_SIZE);
  address.writeUInt16LE(AF_UNIX, 0);
  if (address.write(path, 2, 'latin1') >= SOCKADDR_UN_SIZE - 2) throw new Error(`${path}: path too long`);
  const fd: unknown = socket(AF_UNIX, SOCK_STREAM, 0);
  if (typeof fd !== 'number' || connect(fd, address, SOCKADDR_UN_SIZE) !== 0)
    throw new Error(`cannot connect to ${path}`);
  return fd;
};
