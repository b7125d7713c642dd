/**
 * Where the login processes' sessions are asked for: at an ipc service, Homing's own or Dovecot 2.3's, or at an anvil of
 * Dovecot 2.4, which has no ipc. With `-a` the socket's name tells: one that begins with `anvil` is such an anvil.
 */
import type { Parameter } from '../../core/command/command.ts';
import type { Context, DoveadmSettings } from '../context.ts';

export type ProxySocket = { readonly speaks: 'ipc' | 'anvil'; readonly path: string };

export const socketPath: Parameter = { name: 'socket-path', type: 'string', short: 'a' };

export const proxySocket = ({ values, settings }: Context): ProxySocket => {
  const path = values.text('socket-path');
  if (path === undefined) return configured(settings());
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { speaks: name.startsWith('anvil') ? 'anvil' : 'ipc', path };
};

const configured = ({ base_dir, homing_anvil_socket, homing_ipc_socket }: DoveadmSettings): ProxySocket => {
  if (homing_ipc_socket === '' && homing_anvil_socket !== '') return { speaks: 'anvil', path: homing_anvil_socket };
  return { speaks: 'ipc', path: homing_ipc_socket || `${base_dir}/ipc` };
};
