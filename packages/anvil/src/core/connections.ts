/** Who is connected (anvil/connect-limit.c): each process counts its connections under `service/ip/user`. */
import type { AnvilConnection, ByteString } from '@homing/wire';

export type Connections = {
  connect(pid: number, ident: ByteString): void;
  /** False: that process has no such connection. */
  disconnect(pid: number, ident: ByteString): boolean;
  /** Forgets all connections of a process that died. */
  disconnectPid(pid: number): void;
  /** Of all processes. */
  count(ident: ByteString): number;
  rows(): Iterable<AnvilConnection>;
};

export const createConnections = (): Connections => {
  const totals = new Map<ByteString, number>();
  const byPid = new Map<number, Map<ByteString, number>>();

  const addTotal = (ident: ByteString, change: number): void => {
    const total = (totals.get(ident) ?? 0) + change;
    if (total > 0) totals.set(ident, total);
    else totals.delete(ident);
  };
  return {
    connect(pid, ident) {
      const own = byPid.get(pid) ?? new Map<ByteString, number>();
      byPid.set(pid, own);
      own.set(ident, (own.get(ident) ?? 0) + 1);
      addTotal(ident, 1);
    },
    disconnect(pid, ident) {
      const own = byPid.get(pid);
      const refcount = own?.get(ident);
      if (own === undefined || refcount === undefined) return false;
      if (refcount > 1) own.set(ident, refcount - 1);
      else own.delete(ident);
      if (own.size === 0) byPid.delete(pid);
      addTotal(ident, -1);
      return true;
    },
    disconnectPid(pid) {
      for (const [ident, refcount] of byPid.get(pid) ?? []) addTotal(ident, -refcount);
      byPid.delete(pid);
    },
    count: (ident) => totals.get(ident) ?? 0,
    *rows() {
      for (const [pid, own] of byPid) for (const [ident, refcount] of own) yield { ident, pid, refcount };
    },
  };
};
