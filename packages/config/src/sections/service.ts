/** `service { }` and its listeners (2.3). Sources: src/master/master-settings.c, src/lib-master/service-settings.h. */
import { bool, octal, port, size, str, time, uint } from '../types/define.ts';
import type { ValuesOf } from '../types/setting.ts';
import { sectionType } from './section-type.ts';

const fileListenerSettings = { path: str(''), mode: octal('0600'), user: str(''), group: str('') };

const inetListenerSettings = {
  name: str(''),
  address: str(''),
  port: port(0),
  ssl: bool('no'),
  reuse_port: bool('no'),
  haproxy: bool('no'),
};

const serviceSettings = {
  name: str(''),
  protocol: str(''),
  type: str(''),
  executable: str(''),
  user: str(''),
  group: str(''),
  privileged_group: str(''),
  extra_groups: str(''),
  chroot: str(''),
  drop_priv_before_exec: bool('no'),
  process_min_avail: uint(0),
  process_limit: uint(0),
  client_limit: uint(0),
  service_count: uint(0),
  idle_kill: time('0'),
  vsz_limit: size('18446744073709551615'),
};

/** A unix socket or fifo: `path` is absolute, mode 0 means it is not created. */
export type FileListener = ValuesOf<typeof fileListenerSettings>;

/** Port 0 means it is not opened; an empty `address` stands for the setting `listen`. */
export type InetListener = ValuesOf<typeof inetListenerSettings>;

/**
 * One service with defaults resolved: limits are never 0 for "default", users and groups are names (empty: the
 * master's own), `chroot` is absolute or empty, `executable` as configured.
 */
export type ServiceSettings = ValuesOf<typeof serviceSettings> & {
  readonly unixListeners: readonly FileListener[];
  readonly fifoListeners: readonly FileListener[];
  readonly inetListeners: readonly InetListener[];
};

const fileListenerType = sectionType({ nameKey: 'path', settings: fileListenerSettings });

export const serviceType = sectionType({
  nameKey: 'name',
  settings: serviceSettings,
  sections: {
    unix_listener: fileListenerType,
    fifo_listener: fileListenerType,
    inet_listener: sectionType({ nameKey: 'name', settings: inetListenerSettings }),
  },
});
