/**
 * From the configuration to the listeners that exist: which, where, for whom, with what at the other end. Pure.
 *
 * Services that run: `auth` (if there is a passdb), `director` (if `director_mail_servers` is set), `anvil`, `ipc`, and
 * the login services of enabled protocols that we speak. Mode 0 and port 0 disable a listener, `ssl = no` those with TLS.
 */
import { availableParallelism } from 'node:os';
import type { Config, FileListener, InetListener, ServiceSettings } from '@homing/config';
import type { ListenerSpec } from '@homing/io';
import { anvilRole, authRole, directorRole, ipcRole, type ListenerKind, loginAuthSocket, type Role } from './role.ts';

export type PlannedListener = {
  /** The same for the same place, over reloads. */
  readonly id: string;
  /** As the administrator knows it: `service(auth)`. */
  readonly serviceName: string;
  readonly spec: ListenerSpec;
  readonly role: Role;
};

export type ListenerPlan = { readonly listeners: readonly PlannedListener[]; readonly warnings: readonly string[] };

/** The system's answers. `undefined`: there is none. */
export type Names = {
  /** Only root can give a socket to somebody else; without it `user` and `group` of listeners are left aside. */
  readonly mayChangeOwner: boolean;
  readonly uid: (user: string) => number | undefined;
  readonly gid: (group: string) => number | undefined;
  readonly addresses: (host: string) => readonly string[];
};

/** The administrator's mistake; refuse to start, or keep the running configuration. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

export const runsAuth = (config: Config): boolean => config.passdbs().length > 0;
export const runsDirector = (config: Config): boolean => config.settings().director_mail_servers !== '';

/** Login protocols with a listener; `sieve` and `submission` are Dovecot's, not ours. */
const LOGIN_PROTOCOLS = ['imap', 'pop3'] as const;
type LoginProtocol = (typeof LOGIN_PROTOCOLS)[number];

/** Throws `PlanError`. */
export const planListeners = (config: Config, names: Names): ListenerPlan => {
  const listeners: PlannedListener[] = [];
  const warnings: string[] = [];
  for (const service of config.services.values()) {
    const roleOf = rolesOf(config, service);
    if (roleOf === undefined) continue;
    const add = (kind: ListenerKind, name: string, specs: readonly ListenerSpec[], inet?: InetListener): void => {
      const role = roleOf(name, kind, inet);
      if (role === undefined || isUselessRing(role, config)) {
        if (service.name === 'director') warnings.push(ringWarning(kind, name));
        return;
      }
      for (const spec of specs) listeners.push({ id: idOf(spec), serviceName: `service(${service.name})`, spec, role });
    };
    for (const file of service.unixListeners) {
      if (file.mode !== 0) add('unix', file.path, [fileSpec('unix', file, service, names)]);
    }
    for (const file of service.fifoListeners) {
      if (file.mode !== 0) add('fifo', file.path, [fileSpec('fifo', file, service, names)]);
    }
    for (const inet of service.inetListeners) add('inet', inet.name, inetSpecs(inet, config, names), inet);
  }
  return { listeners, warnings: [...warnings, ...withoutDirector(config)] };
};

/** Whoever sets one of these wants a director. */
const FOR_DIRECTOR = [
  'director_servers',
  'homing_auth_login_socket',
  'homing_auth_userdb_socket',
  'homing_anvil_socket',
] as const;

const withoutDirector = (config: Config): readonly string[] => {
  const settings = config.settings();
  const set = runsDirector(config) ? [] : FOR_DIRECTOR.filter((name) => settings[name] !== '');
  return set.length === 0 ? [] : [`${set.join(', ')}: no director runs, because director_mail_servers is empty`];
};

type RoleOf = (name: string, kind: ListenerKind, inet: InetListener | undefined) => Role | undefined;

const rolesOf = (config: Config, service: ServiceSettings): RoleOf | undefined => {
  switch (service.name) {
    case 'auth':
      return runsAuth(config) ? authRole : undefined;
    case 'director':
      return runsDirector(config) ? directorRole : undefined;
    case 'anvil':
      return anvilRole;
    case 'ipc':
      return ipcRole;
    default:
      return loginRoles(config, service);
  }
};

const loginRoles = (config: Config, service: ServiceSettings): RoleOf | undefined => {
  const protocol = loginProtocol(service);
  const { base_dir, protocols } = config.settings();
  if (protocol === undefined || !protocols.split(/\s+/).includes(protocol)) return undefined;
  const authSocket = loginAuthSocket(service, base_dir);
  const clientLimit = workerLimit(service, loginWorkers(config));
  return (name, kind, inet) =>
    kind !== 'inet'
      ? undefined
      : {
          service: 'login',
          name: service.name,
          protocol,
          listener: name,
          ssl: inet?.ssl ?? false,
          haproxy: inet?.haproxy ?? false,
          clientLimit,
          authSocket,
        };
};

/** What Dovecot's processes of this service could hold together, shared out; `service_count` has no other effect. */
const workerLimit = (service: ServiceSettings, workers: number): number => {
  const perProcess =
    service.service_count === 0 ? service.client_limit : Math.min(service.client_limit, service.service_count);
  return Math.max(service.client_limit, Math.ceil((perProcess * service.process_limit) / workers));
};

/** One a processor unless configured. */
export const loginWorkers = (config: Config): number =>
  config.settings().homing_login_workers || availableParallelism();

const loginProtocol = (service: ServiceSettings): LoginProtocol | undefined => {
  if (service.type !== 'login') return undefined;
  const program = service.executable.split(/\s+/)[0]?.split('/').at(-1);
  return LOGIN_PROTOCOLS.find((protocol) => program === `${protocol}-login`);
};

const fileSpec = (kind: 'unix' | 'fifo', file: FileListener, service: ServiceSettings, names: Names): ListenerSpec => {
  const where = (setting: string): string =>
    `(See service ${service.name} { ${kind}_listener ${file.path} { ${setting} } } setting)`;
  if (!names.mayChangeOwner)
    return { kind, path: file.path, owner: { mode: file.mode, uid: undefined, gid: undefined } };
  const uid = file.user === '' ? undefined : names.uid(file.user);
  const gid = file.group === '' ? undefined : names.gid(file.group);
  if (file.user !== '' && uid === undefined) throw new PlanError(`User doesn't exist: ${file.user} ${where('user')}`);
  if (file.group !== '' && gid === undefined) {
    throw new PlanError(`Group doesn't exist: ${file.group} ${where('group')}`);
  }
  return { kind, path: file.path, owner: { mode: file.mode, uid, gid } };
};

const inetSpecs = (inet: InetListener, config: Config, names: Names): readonly ListenerSpec[] => {
  const { listen, ssl } = config.settings();
  if (inet.port === 0 || (inet.ssl && ssl === 'no')) return [];
  const words = (inet.address === '' ? listen : inet.address).split(/[\s,]+/).filter((word) => word !== '');
  return words.flatMap((word) =>
    resolveAddress(word, names).map((address): ListenerSpec => ({ kind: 'inet', address, port: inet.port })),
  );
};

const resolveAddress = (word: string, names: Names): readonly string[] => {
  if (word === '*') return ['0.0.0.0'];
  const found = names.addresses(word.replace(/^\[(.*)\]$/, '$1'));
  if (found.length === 0) throw new PlanError(`Can't resolve address ${word}`);
  return found;
};

const idOf = (spec: ListenerSpec): string =>
  spec.kind === 'inet' ? `${spec.address},${spec.port}` : `${spec.kind}:${spec.path}`;

/** A director that is alone by its configuration has nobody to listen to. */
const isUselessRing = (role: Role, config: Config): boolean =>
  role.service === 'director' && role.socket === 'ring' && config.settings().director_servers === '';

const ringWarning = (kind: ListenerKind, name: string): string =>
  `service(director): ${kind}_listener ${name}: not opened, because ` +
  (kind === 'inet' ? 'director_servers is empty' : 'other directors connect over TCP');

/** Fifos and sockets that login processes report their users to. */
export const notifyPaths = (config: Config): readonly string[] => {
  const { unixListeners = [], fifoListeners = [] } = config.services.get('director') ?? {};
  const isNotify = (kind: ListenerKind, path: string): boolean => {
    const role = directorRole(path, kind);
    return role?.service === 'director' && role.socket === 'notify';
  };
  return [
    ...unixListeners.filter(({ mode, path }) => mode !== 0 && isNotify('unix', path)),
    ...fifoListeners.filter(({ mode, path }) => mode !== 0 && isNotify('fifo', path)),
  ].map(({ path }) => path);
};

/** Where other directors connect, and as whom they know us: the first ring port. Throws `PlanError`. */
export const ringAddress = (config: Config, names: Names): { ip: string; port: number } | undefined => {
  for (const inet of config.services.get('director')?.inetListeners ?? []) {
    const role = directorRole(inet.name, 'inet');
    const [spec] = role?.service === 'director' && role.socket === 'ring' ? inetSpecs(inet, config, names) : [];
    if (spec?.kind === 'inet') return { ip: spec.address, port: spec.port };
  }
  return undefined;
};
