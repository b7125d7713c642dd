/**
 * Where the login processes' sessions are asked for: at an ipc service, Homing's own or Dovecot 2.3's, and at an anvil of
 * Dovecot 2.4, which has no ipc. With `-a` the socket's name tells: one that begins with `anvil` is such an anvil.
 */
import type { Parameter } from '../../core/command/command.ts';
import type { Context } from '../context.ts';

export type ProxySocket = { readonly speaks: 'ipc' | 'anvil'; readonly path: string };

export const socketPath: Parameter = { name: 'socket-path', type: 'string', short: 'a' };

export const proxySockets = ({ values, settings }: Context): readonly ProxySocket[] => {
  const path = values.text('socket-path');
  if (path !== undefined) return [{ speaks: /(^|\/)anvil[^/]*$/.test(path) ? 'anvil' : 'ipc', path }];
  const { base_dir, homing_anvil_socket: anvil, homing_ipc_socket } = settings();
  const ipc = { speaks: 'ipc', path: homing_ipc_socket || `${base_dir}/ipc` } as const;
  return anvil === '' ? [ipc] : [ipc, { speaks: 'anvil', path: anvil }];
};
