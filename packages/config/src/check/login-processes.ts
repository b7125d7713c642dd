/** Where Homing's director reaches the login processes of a Dovecot: settings of ours that may contradict one another. */
import { ConfigError } from '../error.ts';
import type { Document } from '../load/read.ts';
import type { Settings } from '../settings/table.ts';

type Sockets = Pick<Settings, 'homing_anvil_socket' | 'homing_ipc_socket'>;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** A base_dir has one Dovecot, and that has either ipc (2.3) or sessions in anvil (2.4). */
const contradiction = (settings: Sockets, used: Document['used']): string | undefined => {
  const { homing_anvil_socket: anvil, homing_ipc_socket: ipc } = settings;
  if (anvil === '') return undefined;
  if (!anvil.startsWith('/')) return `homing_anvil_socket: not an absolute path: ${anvil}`;
  if (ipc === '' || folderOf(ipc) !== folderOf(anvil)) return undefined;
  return (
    `homing_anvil_socket: ${anvil} is Dovecot 2.4's, but homing_ipc_socket = ${ipc} in the same base_dir ` +
    `is Dovecot 2.3's (${placeOf('homing_ipc_socket', used)})`
  );
};

/** `FILE line N`, as errors name it. */
const placeOf = (name: keyof Sockets, used: Document['used']): string =>
  (used.get(name) ?? '').replace(/:(\d+)$/, ' line $1');

/** Names the file and line of `homing_anvil_socket`. */
export const checkLoginProcesses = ({ path, used }: Document, settings: Sockets): ConfigError | undefined => {
  const text = contradiction(settings, used);
  if (text === undefined) return undefined;
  const place = placeOf('homing_anvil_socket', used);
  return new ConfigError(`Error in configuration file ${place}: ${text}`, { file: path, text });
};
