/** The mail hosts on disk: a small file, written anew whenever one of them changed. */
import type { Director } from '../core/director.ts';
import { isDownForHealth } from '../core/health/health.ts';
import { encodeStoredHosts, type StoredHost, type StoredHosts } from '../core/state/stored-hosts.ts';
import { replaceFile } from './state-file.ts';

export type HostFile = {
  /** Writes them if they changed. Rejects with the file system's error. One call at a time. */
  write(): Promise<boolean>;
};

/** `stored`: what the file says now; undefined: there is none, or none that counts. */
export const createHostFile = (path: string, director: Director, stored: StoredHosts | undefined): HostFile => {
  const configured = director.initialHosts.all();
  let written = stored?.hosts;
  // The setting may have changed, and the mail hosts not.
  if (stored !== undefined && !isSame(stored.configured, configured, ['ip', 'tag'])) written = undefined;
  return {
    async write() {
      const now = director.hosts
        .all()
        .map((host): StoredHost => ({ ...host, isDownForHealth: isDownForHealth(director, host) }));
      if (written !== undefined && isSame(written, now, FIELDS)) return true;
      await replaceFile(path, Buffer.from(encodeStoredHosts({ configured, hosts: now }), 'latin1'));
      written = now;
      return true;
    },
  };
};

const FIELDS = ['ip', 'tag', 'vhosts', 'isDown', 'updownTime', 'hostname', 'isDownForHealth'] as const;

const isSame = <Row>(a: readonly Row[], b: readonly Row[], fields: readonly (keyof Row)[]): boolean =>
  a.length === b.length && a.every((row, i) => fields.every((field) => row[field] === b[i]?.[field]));
