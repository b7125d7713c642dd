/**
 * The mail hosts of the run before, and how they go together with what is configured now.
 *
 *     homing-director-hosts\t1
 *     configured\t<ip>\t<tag>                                              as the setting said then
 *     host\t<ip>\t<tag>\t<vhosts>\t<up|down>\t<updown time>\t<hostname>[\thealth]    as it was, and why down
 *     end\t<CRC-32 of all lines before>
 */
import { crc32 } from 'node:zlib';
import { type ByteString, type IpAddress, joinTabs, parseIpAddress, parseUint32, splitTabs } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';
import type { HostRow } from './host-rows.ts';

export type StoredHost = Pick<MailHost, 'ip' | 'tag' | 'hostname' | 'vhosts' | 'isDown' | 'updownTime'> & {
  /** Set down for its health, so it comes up by itself. */
  readonly isDownForHealth: boolean;
};

export type StoredHosts = { readonly configured: readonly HostRow[]; readonly hosts: readonly StoredHost[] };

const TITLE = 'homing-director-hosts\t1';
const HEALTH = 'health';

export const encodeStoredHosts = ({ configured, hosts }: StoredHosts): ByteString => {
  const lines = [
    TITLE,
    ...configured.map(({ ip, tag }) => joinTabs(['configured', ip, tag])),
    ...hosts.map(({ ip, tag, vhosts, isDown, updownTime, hostname, isDownForHealth }) => {
      const fields = ['host', ip, tag, `${vhosts}`, isDown ? 'down' : 'up', `${updownTime}`, hostname];
      return joinTabs(isDownForHealth ? [...fields, HEALTH] : fields);
    }),
  ];
  const text = lines.map((line) => `${line}\n`).join('');
  return `${text}end\t${checksum(text)}\n`;
};

/** Undefined if it is anything else than a whole file of ours. */
export const decodeStoredHosts = (file: ByteString): StoredHosts | undefined => {
  const [, text = '', sum] = /^([\s\S]*\n)end\t(\d+)\n$/.exec(file) ?? [];
  const [title, ...lines] = text.split('\n');
  if (title !== TITLE || sum !== checksum(text)) return undefined;
  const configured: HostRow[] = [];
  const hosts: StoredHost[] = [];
  for (const line of lines.slice(0, -1)) {
    const [kind, ipText = '', tag = '', ...state] = splitTabs(line);
    const ip = parseIpAddress(ipText);
    if (ip === undefined) return undefined;
    if (kind === 'configured') configured.push({ ip, tag });
    const host = kind === 'host' ? parseHost(ip, tag, state) : undefined;
    if (host !== undefined) hosts.push(host);
    else if (kind !== 'configured') return undefined;
  }
  return { configured, hosts };
};

const parseHost = (ip: IpAddress, tag: ByteString, fields: readonly ByteString[]): StoredHost | undefined => {
  const [vhostsText, state, time, hostname, reason] = fields;
  const vhosts = parseUint32(vhostsText);
  const updownTime = parseUint32(time);
  if (vhosts === undefined || updownTime === undefined || hostname === undefined) return undefined;
  if (state !== 'up' && state !== 'down') return undefined;
  return { ip, tag, vhosts, isDown: state === 'down', updownTime, hostname, isDownForHealth: reason === HEALTH };
};

const checksum = (text: ByteString): string => `${crc32(Buffer.from(text, 'latin1'))}`;

/**
 * The stored mail hosts, but those that the administrator has taken out of the setting since, and with those he has put
 * in. What he changed at run time stays, unless the setting now says something else about it.
 */
export const mergeHosts = (
  { configured, hosts }: StoredHosts,
  configuredNow: readonly (HostRow & Pick<StoredHost, 'hostname'>)[],
  fresh: Pick<StoredHost, 'vhosts' | 'isDown' | 'updownTime' | 'isDownForHealth'>,
): StoredHost[] => {
  const before = new Map(configured.map((row) => [row.ip, row]));
  const now = new Map(configuredNow.map((row) => [row.ip, row]));
  const kept = hosts
    .filter(({ ip }) => !before.has(ip) || now.has(ip))
    .map((host): StoredHost => {
      const row = now.get(host.ip);
      if (row === undefined) return host;
      const tag = before.get(host.ip)?.tag === row.tag ? host.tag : row.tag;
      return { ...host, tag, hostname: row.hostname };
    });
  const added = configuredNow.filter(({ ip }) => !before.has(ip) && !hosts.some((host) => host.ip === ip));
  return [...kept, ...added.map((row) => ({ ...fresh, ...row }))];
};
