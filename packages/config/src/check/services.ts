/** master_settings_verify() of src/master/master-settings.c (2.3), in its order. */
import { escapeName } from '../language/quote.ts';
import { findSection, textIn } from '../layer/section.ts';
import { defaultServices } from '../sections/default-services.ts';
import type { FileListener, ServiceSettings } from '../sections/service.ts';
import { baseDirOf, protocolsOf } from '../view.ts';
import type { Checked } from './check.ts';
import { warnAboutLoad } from './load-limits.ts';
import { warnAboutLoginFolders } from './login-folder.ts';

const MEGABYTE = 1024 ** 2;
const types = new Set(['', 'log', 'config', 'anvil', 'login', 'startup', 'worker']);
const singleProcess = new Set(
  defaultServices.filter(({ values }) => values.process_limit === 1).map(({ name }) => name),
);

const globalError = ({ settings, source }: Checked): string | undefined => {
  if (settings.listen === '') return "listen can't be set empty";
  for (const kind of ['uid', 'gid'] as const) {
    const last = settings[`last_valid_${kind}`];
    if (last !== 0 && settings[`first_valid_${kind}`] > last) {
      return `first_valid_${kind} can't be larger than last_valid_${kind}`;
    }
  }
  const lost = (['default_login_user', 'default_internal_user'] as const).find(
    (name) => !source.userExists(settings[name]),
  );
  return lost === undefined ? undefined : `${lost} doesn't exist: ${settings[lost]}`;
};

const nameError = ({ services }: Checked): string | undefined => {
  const seen = new Set<string>();
  for (const [at, { name, type }] of services.entries()) {
    if (name === '') return `Service #${at} is missing name`;
    if (!types.has(type)) return `Unknown service type: ${type}`;
    if (seen.has(name)) return `Duplicate service name: ${name}`;
    seen.add(name);
  }
  return undefined;
};

const protocolError = ({ settings, services }: Checked): string | undefined => {
  const unknown = protocolsOf(settings).find((word) => !services.some(({ protocol }) => protocol === word));
  return unknown === undefined ? undefined : `protocols: Unknown protocol: ${unknown}`;
};

const limitError = (service: ServiceSettings): string | undefined => {
  if (service.drop_priv_before_exec && service.chroot !== '') {
    return "drop_priv_before_exec=yes can't be used with chroot";
  }
  if (service.process_min_avail > service.process_limit) return 'process_min_avail is higher than process_limit';
  if (service.vsz_limit !== 0 && service.vsz_limit < MEGABYTE) return 'vsz_limit is too low';
  return singleProcess.has(service.name) && service.process_limit > 1 ? 'process_limit must be 1' : undefined;
};

const fileListenerError = (kind: string, listeners: readonly FileListener[]): string | undefined =>
  listeners.some(({ path }) => path === '') ? `${kind}: path must not be empty` : undefined;

const serviceError = (service: ServiceSettings): string | undefined => {
  const error =
    limitError(service) ??
    fileListenerError('unix_listener', service.unixListeners) ??
    fileListenerError('fifo_listener', service.fifoListeners);
  return error === undefined ? undefined : `service(${service.name}): ${error}`;
};

/** What the system would bind for it; none if it is disabled. */
const addressesOf = ({ unixListeners, fifoListeners, inetListeners }: ServiceSettings): string[] => [
  ...[...unixListeners, ...fifoListeners].filter(({ mode }) => mode !== 0).map(({ path }) => path),
  ...inetListeners.filter(({ port }) => port !== 0).map(({ port, address }) => `${port}:${address}`),
];

/** Paths below base_dir are written without it. */
const warnAboutPrefixes = ({ root, settings, warn }: Checked, enabled: readonly ServiceSettings[]): void => {
  const prefix = `${baseDirOf(settings)}/`;
  for (const { name } of enabled) {
    const service = findSection(root, 'service', escapeName(name));
    for (const list of ['unix_listener', 'fifo_listener']) {
      for (const listener of service?.sections.get(list) ?? []) {
        const path = textIn(listener, 'path');
        if (path.startsWith(prefix)) warn(`You should remove base_dir prefix from unix_listener: ${path}`);
      }
    }
  }
};

const duplicateError = (services: readonly ServiceSettings[]): string | undefined => {
  const addresses = services.flatMap(addressesOf).sort();
  const twice = addresses.find((address, at) => addresses[at - 1] === address);
  return twice === undefined ? undefined : `duplicate listener: ${twice}`;
};

export const checkServices = (checked: Checked): string | undefined => {
  const early = globalError(checked) ?? nameError(checked) ?? protocolError(checked);
  if (early !== undefined) return early;
  const protocols = protocolsOf(checked.settings);
  const enabled = checked.services.filter(({ protocol }) => protocol === '' || protocols.includes(protocol));
  for (const service of enabled) {
    const error = serviceError(service);
    if (error !== undefined) return error;
  }
  warnAboutPrefixes(checked, enabled);
  warnAboutLoad(checked, enabled);
  warnAboutLoginFolders(checked, enabled);
  return duplicateError(enabled);
};
