/** Process settings that are keys of `service { }` now. One in `protocol imap { }` is for that protocol alone. */
import { matches } from '../../filter/block.ts';
import { setPath } from '../apply.ts';
import type { Loading } from '../loading.ts';
import { globally, noteObsolete } from './note.ts';

type Rule = {
  readonly of: 'login' | 'mail' | 'auth';
  readonly key: string;
  readonly convert?: (value: string) => string;
};

const megabytes = (value: string): string => `${value} M`;

const rules: Readonly<Record<string, Rule>> = {
  login_chroot: { of: 'login', key: 'chroot', convert: (value) => (value === 'no' ? '' : 'login') },
  login_user: { of: 'login', key: 'user' },
  login_executable: { of: 'login', key: 'executable' },
  login_process_size: { of: 'login', key: 'vsz_limit', convert: megabytes },
  login_process_per_connection: {
    of: 'login',
    key: 'service_count',
    convert: (value) => (value === 'no' ? '0' : '1'),
  },
  login_processes_count: { of: 'login', key: 'process_min_avail' },
  login_max_processes_count: { of: 'login', key: 'process_limit' },
  login_max_connections: { of: 'login', key: 'client_limit' },
  max_mail_processes: { of: 'mail', key: 'process_limit' },
  mail_executable: { of: 'mail', key: 'executable' },
  mail_process_size: { of: 'mail', key: 'vsz_limit', convert: megabytes },
  mail_drop_priv_before_exec: { of: 'mail', key: 'drop_priv_before_exec' },
  auth_executable: { of: 'auth', key: 'executable' },
  auth_process_size: { of: 'auth', key: 'vsz_limit', convert: megabytes },
  auth_user: { of: 'auth', key: 'user' },
  auth_chroot: { of: 'auth', key: 'chroot' },
};

const protocols = [
  { service: 'imap', name: 'imap' },
  { service: 'pop3', name: 'pop3' },
  { service: 'sieve', name: 'managesieve' },
];

/** The services of the protocols that the block around is for. */
export const protocolsHere = (loading: Loading): string[] =>
  protocols.filter(({ service }) => matches(loading.frame.layer.block, { service })).map(({ name }) => name);

/** Whether the setting was one of these. @throws ValueError */
export const convertServiceSetting = (loading: Loading, name: string, text: string): boolean => {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) return false;
  const { of, key } = rule;
  const value = rule.convert?.(text) ?? text;
  const suffix = of === 'login' ? '-login' : '';
  const services = of === 'auth' ? ['auth'] : protocolsHere(loading).map((protocol) => protocol + suffix);
  noteObsolete(loading, `${name} has been replaced by service ${of === 'auth' ? 'auth ' : ''}{ ${key} }`);
  globally(loading, () => {
    for (const service of services) setPath(loading, `service/${service}/${key}`, value, key);
  });
  return true;
};
