/** Sections as the plain typed objects programs take. */
import { type Section, valueIn } from './layer/section.ts';
import type { Position } from './position.ts';
import type { PassdbSettings, UserdbSettings } from './sections/passdb.ts';
import type { FileListener, InetListener, ServiceSettings } from './sections/service.ts';
import type { ExporterSettings, MetricSettings } from './sections/statistics.ts';
import type { Settings } from './settings/table.ts';
import type { Scalar } from './types/setting.ts';

/** Every setting of the section's type. The type tables are what the object types were inferred from. */
const valuesOf = <T>(section: Section): T => {
  const values: Record<string, Scalar> = {};
  for (const [name, { fallback }] of Object.entries(section.type.settings)) {
    values[name] = valueIn(section, name) ?? fallback;
  }
  return values as T;
};

const childrenOf = <T>(section: Section, list: string): T[] =>
  (section.sections.get(list) ?? []).map((child) => valuesOf<T>(child));

export const settingsOf = (root: Section): Settings => valuesOf<Settings>(root);
const located = <T>(root: Section, list: string): (T & { where: Position | undefined })[] =>
  (root.sections.get(list) ?? []).map((child) => ({ ...valuesOf<T>(child), where: child.begins }));

export const passdbsOf = (root: Section): PassdbSettings[] => located<PassdbSettings>(root, 'passdb');
export const userdbsOf = (root: Section): UserdbSettings[] => located<UserdbSettings>(root, 'userdb');
export const metricsOf = (root: Section): MetricSettings[] => childrenOf<MetricSettings>(root, 'metric');
export const exportersOf = (root: Section): ExporterSettings[] => childrenOf<ExporterSettings>(root, 'event_exporter');

/** `$default_internal_user` and its like stand in the built-in services, where no file could have expanded them. */
const nameFrom = (text: string, settings: Settings): string => {
  if (text === '$default_internal_user') return settings.default_internal_user;
  if (text === '$default_login_user') return settings.default_login_user;
  return text === '$default_internal_group' ? settings.default_internal_group : text;
};

export const baseDirOf = ({ base_dir }: Pick<Settings, 'base_dir'>): string => base_dir.replace(/(?<=.)\/$/, '');

const below = (folder: string, path: string): string =>
  path.startsWith('/') || path === '' ? path : `${folder}/${path}`;

const fileListeners = (service: Section, list: string, settings: Settings): FileListener[] =>
  childrenOf<FileListener>(service, list).map((listener) => ({
    ...listener,
    path: below(baseDirOf(settings), listener.path),
    user: nameFrom(listener.user, settings),
    group: nameFrom(listener.group, settings),
  }));

const serviceOf = (section: Section, settings: Settings): ServiceSettings => {
  const values = valuesOf<ServiceSettings>(section);
  return {
    ...values,
    user: nameFrom(values.user, settings),
    group: nameFrom(values.group, settings),
    extra_groups: nameFrom(values.extra_groups, settings),
    chroot: below(baseDirOf(settings), values.chroot),
    process_limit: values.process_limit || settings.default_process_limit,
    client_limit: values.client_limit || settings.default_client_limit,
    idle_kill: values.idle_kill || settings.default_idle_kill,
    vsz_limit: values.vsz_limit === Number.POSITIVE_INFINITY ? settings.default_vsz_limit : values.vsz_limit,
    unixListeners: fileListeners(section, 'unix_listener', settings),
    fifoListeners: fileListeners(section, 'fifo_listener', settings),
    inetListeners: childrenOf<InetListener>(section, 'inet_listener'),
  };
};

export const servicesOf = (root: Section, settings: Settings): ServiceSettings[] =>
  (root.sections.get('service') ?? []).map((section) => serviceOf(section, settings));

export const freeKeysOf = (root: Section, name: 'plugin' | 'dict'): ReadonlyMap<string, string> =>
  root.free.get(name) ?? new Map();

/** `protocols` as a list; `none` alone is no protocol. */
export const protocolsOf = ({ protocols }: Pick<Settings, 'protocols'>): string[] => {
  const words = protocols.split(' ').filter((word) => word !== '');
  return words.length === 1 && words[0] === 'none' ? [] : words;
};
