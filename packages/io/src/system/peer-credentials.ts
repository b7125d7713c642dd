/** SO_PEERCRED, which Node lacks: read once per question through the socket's descriptor. Linux only. */
import type { Socket } from 'node:net';
import koffi from 'koffi';
import type { PeerCredentials } from '../line/protocol.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid, 32 bit each. */
const UCRED_SIZE = 12;

let getsockopt: ((fd: number, level: number, name: number, value: Uint8Array, size: Uint32Array) => number) | undefined;

/** Undefined for TCP sockets, closed sockets and on systems without SO_PEERCRED. */
export const peerCredentials = (socket: Socket): PeerCredentials | undefined => {
  const fd = descriptorOf(socket);
  if (fd === undefined || process.platform !== 'linux') return undefined;
  getsockopt ??= koffi
    .load(null)
    .func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *size)');
  const value = new Uint8Array(UCRED_SIZE);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, new Uint32Array([UCRED_SIZE])) !== 0) return undefined;
  const view = new DataView(value.buffer);
  const [pid, uid, gid] = [0, 4, 8].map((at) => view.getUint32(at, true));
  return pid === undefined || uid === undefined || gid === undefined ? undefined : { pid, uid, gid };
};

/** Undefined once the socket is closed. */
export const descriptorOf = (socket: Socket): number | undefined => {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
};
