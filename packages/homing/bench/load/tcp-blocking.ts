/** TCP sockets as plain descriptors, and poll(2) to wait for them. IPv4, Linux only. */
import koffi from 'koffi';

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
/** struct sockaddr_in: family, port and address in network order, padding. */
const SOCKADDR_IN_SIZE = 16;
/** struct pollfd: descriptor, events wanted, events found. */
const POLLFD_SIZE = 8;
const POLLIN = 1;

const libc = koffi.load(null);
const socket = libc.func('int socket(int family, int type, int protocol)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const int *value, uint32_t size)');
const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t size)');
const listen = libc.func('int listen(int fd, int backlog)');
const accept = libc.func('int accept(int fd, void *address, void *size)');
const connect = libc.func('int connect(int fd, const uint8_t *address, uint32_t size)');
const poll = libc.func('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeout)');

const sockaddr = (address: string, port: number): Buffer => {
  const bytes = Buffer.alloc(SOCKADDR_IN_SIZE);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
};

const checked = (what: string, result: unknown): number => {
  if (typeof result !== 'number' || result < 0) throw new Error(`${what} failed`);
  return result;
};

/** Bound to the address; port 0: any. */
const openSocket = (address: string, port: number): number => {
  const fd = checked('socket', socket(AF_INET, SOCK_STREAM, 0));
  checked('SO_REUSEADDR', setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, [1], 4));
  checked(`bind to ${address}:${port}`, bind(fd, sockaddr(address, port), SOCKADDR_IN_SIZE));
  return fd;
};

export const listenBlocking = (address: string, port: number): number => {
  const fd = openSocket(address, port);
  checked('listen', listen(fd, 16));
  return fd;
};

export const acceptBlocking = (listener: number): number =>
  withoutDelay(checked('accept', accept(listener, null, null)));

export const connectTcpBlocking = (address: string, port: number, from: string): number => {
  const fd = openSocket(from, 0);
  checked(`connect to ${address}:${port}`, connect(fd, sockaddr(address, port), SOCKADDR_IN_SIZE));
  return withoutDelay(fd);
};

const withoutDelay = (fd: number): number => {
  checked('TCP_NODELAY', setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, [1], 4));
  return fd;
};

/** Those that can be read or have ended; waits until there is one. */
export const waitForInput = (fds: readonly number[], timeoutMs: number): number[] => {
  const list = Buffer.alloc(fds.length * POLLFD_SIZE);
  for (const [i, fd] of fds.entries()) {
    list.writeInt32LE(fd, i * POLLFD_SIZE);
    list.writeInt16LE(POLLIN, i * POLLFD_SIZE + 4);
  }
  checked('poll', poll(list, fds.length, timeoutMs));
  return fds.filter((_, i) => list.readInt16LE(i * POLLFD_SIZE + 6) !== 0);
};
