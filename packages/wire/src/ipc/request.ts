/**
 * What administrators and directors write to the `ipc` socket, one line, no handshake (ipc/client.c):
 *
 *     <group> TAB <connection id or *> TAB <command...>
 */
import type { ByteString } from '../line/bytes.ts';
import { parseUint32 } from '../line/number.ts';

/** `to`: every process of the group, or the one with this connection id. `command` as it stands on the wire. */
export type IpcRequest = { group: ByteString; to: '*' | number; command: ByteString };

/** Refusals are the texts of `-` replies; the connection goes on. */
export const parseIpcRequest = (line: ByteString): IpcRequest | { refusal: string } => {
  const groupEnd = line.indexOf('\t');
  const idEnd = groupEnd === -1 ? -1 : line.indexOf('\t', groupEnd + 1);
  if (idEnd === -1 || idEnd === line.length - 1) return { refusal: 'Invalid input' };
  const id = line.slice(groupEnd + 1, idEnd);
  const to = id === '*' ? id : parseUint32(id);
  if (to === undefined) return { refusal: `Invalid IPC connection id: ${id}` };
  return { group: line.slice(0, groupEnd), to, command: line.slice(idEnd + 1) };
};

export const formatIpcRequest = ({ group, to, command }: IpcRequest): ByteString => `${group}\t${to}\t${command}`;
