/**
 * The first lines between a process that takes commands (an "ipc-server", such as a login process) and the ipc process:
 *
 *     VERSION ipc-server 1 0     HANDSHAKE <group> <pid>     from the process
 *     VERSION ipc-proxy 1 0                                  from ipc, at once
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { formatVersion, parseVersion } from '../line/version.ts';

const MAJOR = 1;
const MINOR = 0;

export type IpcHandshake = { group: ByteString; pid: number };

/** Whole lines. */
export const ipcServerHello = ({ group, pid }: IpcHandshake): ByteString =>
  `${formatVersion('ipc-server', MAJOR, MINOR)}\n${joinTabs(['HANDSHAKE', group, String(pid)])}\n`;

/** A whole line. */
export const ipcProxyHello = (): ByteString => `${formatVersion('ipc-proxy', MAJOR, MINOR)}\n`;

/** Throw `WireError('bad-version')`. */
export const parseIpcServerVersion = (line: ByteString): number => parseVersion(line, 'ipc-server', MAJOR);
export const parseIpcProxyVersion = (line: ByteString): number => parseVersion(line, 'ipc-proxy', MAJOR);

/** The messages are the ipc process's own log texts. */
export const parseIpcHandshake = (line: ByteString): IpcHandshake => {
  const [word, group, pid] = splitTabs(line);
  if (word !== 'HANDSHAKE' || group === undefined || pid === undefined) {
    throw new WireError('bad-line', 'IPC server sent invalid handshake');
  }
  const value = parseUint32(pid);
  if (value === undefined) throw new WireError('bad-number', `IPC server gave broken PID: ${pid}`);
  return { group, pid: value };
};
