/** What the settings name, looked up once at the start. Error texts are Dovecot's (director.c, director-host.c, main.c). */
import { ConfigError } from '@homing/config';
import { hostVariable, type Log } from '@homing/io';
import type { IpAddress } from '@homing/wire';
import { parseAllowNets } from '../core/allow-nets.ts';
import { hasFlushScheme, parseFlushTarget } from '../core/flush-socket.ts';
import { MAX_MAIL_HOSTS } from '../core/host/mail-host.ts';
import type { NewMailHost } from '../core/host/mail-hosts.ts';
import { parseMailServers } from '../core/host/mail-servers.ts';
import { lookUp, type Resolve } from './look-up.ts';

export const findMailHosts = async (servers: string, resolve: Resolve, log: Log): Promise<NewMailHost[]> => {
  const hosts: NewMailHost[] = [];
  const errors: string[] = [];
  for (const item of parseMailServers(servers)) {
    if (item.item === 'error') errors.push(item.text);
    else if (item.item === 'address') hosts.push({ ip: item.ip, hostname: '', tag: item.tag });
    else {
      const ips = await lookUp(item.hostname, resolve);
      if (ips.length === 0) errors.push(`Unknown mail host: ${item.hostname}`);
      for (const ip of ips) hosts.push({ ip, hostname: item.hostname, tag: item.tag });
    }
  }
  if (hosts.length === 0) errors.push(errors.length > 0 ? 'No valid servers specified' : 'Empty server list');
  for (const text of errors) log.error('director_mail_servers_invalid', {}, text);
  if (errors.length > 0) fail('Invalid value for director_mail_servers setting');
  const seen = new Set<IpAddress>();
  for (const { ip } of hosts) {
    // Dovecot keeps both and uses one; two directors that differ in that never agree on their hosts.
    if (seen.has(ip)) fail(`director_mail_servers lists ${ip} twice`);
    seen.add(ip);
  }
  if (hosts.length > MAX_MAIL_HOSTS) fail(`director_mail_servers lists more than ${MAX_MAIL_HOSTS} mail hosts`);
  return hosts;
};

export const checkAllowNets = (setting: string): void => {
  const [word] = parseAllowNets(setting).invalid;
  if (word !== undefined) fail(`homing_director_allow_nets: Invalid network: ${word}`);
};

export const checkFlushSocket = (setting: string, log: Log): void => {
  if (setting === '') return;
  if (parseFlushTarget(setting, { ip: '127.0.0.1', name: 'localhost' }, hostVariable) === undefined) {
    fail(`Invalid value for director_flush_socket: ${setting}`);
  }
  if (hasFlushScheme(setting)) return;
  const text = `director_flush_socket=${setting} has no scheme (unix:, tcp:, exec:), taken as unix:${setting}`;
  log.warning('director_flush_socket_without_scheme', {}, text);
};

function fail(text: string): never {
  throw new ConfigError(text);
}
