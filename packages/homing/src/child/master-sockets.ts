/**
 * Sockets of a Dovecot 2.4 that only root may connect to: its anvil, and the admin sockets of single processes beside it.
 * The core gave up root, so the master connects and hands the connection over, nothing of it read. What may be asked for
 * is a closed list; the path is made by the master alone, out of `homing_anvil_socket`.
 */

import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { type Connect, driveProtocol, type Log, openUnixSocket } from '@homing/io';
import type { FromChild, ToChild } from './messages.ts';

export type MasterSocket =
  | { readonly of: 'anvil' }
  | { readonly of: 'process'; readonly service: string; readonly pid: number };

/** Names of Dovecot's login services: nothing that could lead elsewhere. */
const LOGIN_SERVICE = /^[a-z0-9]+(?:-[a-z0-9]+)*-login$/;

/** Linux's largest. */
const MAX_PID = 4_194_304;

/** Undefined for what nobody has to ask for. */
export const masterSocketPath = (socket: MasterSocket, anvilSocket: string): string | undefined => {
  if (anvilSocket === '') return undefined;
  if (socket.of === 'anvil') return anvilSocket;
  const { service, pid } = socket;
  const isProcess = LOGIN_SERVICE.test(service) && Number.isInteger(pid) && pid > 0 && pid <= MAX_PID;
  return isProcess ? `${dirname(anvilSocket)}/srv.${service}/${pid}` : undefined;
};

/** In the master. Rejects with why it cannot be. */
export const openMasterSocket = async (socket: MasterSocket, anvilSocket: string): Promise<Socket> => {
  const path = masterSocketPath(socket, anvilSocket);
  if (path === undefined) throw new Error('the master does not connect there');
  try {
    return await openUnixSocket(path);
  } catch (error) {
    throw new Error(`connect(${path}) failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

/** In the child. */
export type MasterSockets = {
  connect(socket: MasterSocket, log: Log): Connect;
  /** The master's answer. */
  deliver(answer: Extract<ToChild, { do: 'connected' }>, socket: Socket | undefined): void;
};

export const createMasterSockets = (tell: (message: FromChild) => void): MasterSockets => {
  const waiting = new Map<number, (socket: Socket | string) => void>();
  let lastId = 0;
  return {
    connect: (socket, log) => async (factory) => {
      const id = ++lastId;
      const answer = await new Promise<Socket | string>((resolve) => {
        waiting.set(id, resolve);
        tell({ on: 'connect', id, socket });
      });
      if (typeof answer === 'string') throw new Error(answer);
      driveProtocol(answer, factory, log);
    },
    deliver({ id, failure }, socket) {
      const waits = waiting.get(id);
      waiting.delete(id);
      // Without a listener its errors would be ours until somebody drives it.
      socket?.on('error', () => {});
      if (waits === undefined) socket?.destroy();
      else waits(socket ?? failure ?? 'the connection was lost on its way');
    },
  };
};
