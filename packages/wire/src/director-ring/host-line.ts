/**
 * What HOST tells of a backend, in a host list and in an update. Later versions appended columns:
 *
 *     ip TAB vhosts [TAB tag [TAB U|D updown-time [TAB hostname]]]
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { escapeTab } from '../line/escape.ts';
import { type Args, parseTime, readIp, readUint } from './arguments.ts';
import type { RingHost } from './command.ts';
import { DIRECTOR_RING_MAX_HOSTNAME, DIRECTOR_RING_MAX_TAG, DIRECTOR_RING_MAX_VHOSTS } from './limits.ts';

export const readHost = (args: Args): RingHost => {
  const [ipText, vhostsText, tag = '', updown, hostname = ''] = args;
  const ip = readIp(ipText);
  const vhosts = readUint(vhostsText);
  if (vhosts > DIRECTOR_RING_MAX_VHOSTS) throw new WireError('bad-line', 'Too large vhost count');
  if (!isLabel(tag, DIRECTOR_RING_MAX_TAG)) throw new WireError('bad-line', 'Invalid tag');
  if (!isLabel(hostname, DIRECTOR_RING_MAX_HOSTNAME)) throw new WireError('bad-line', 'Invalid hostname');
  return { ip, vhosts, tag, ...readUpdown(updown), hostname };
};

const readUpdown = (field: ByteString | undefined): { isDown: boolean; updownTime: number } => {
  if (field === undefined) return { isDown: false, updownTime: 0 };
  const updownTime = parseTime(field.slice(1));
  if ((field[0] !== 'U' && field[0] !== 'D') || updownTime === undefined) {
    throw new WireError('bad-line', 'Invalid updown parameters');
  }
  return { isDown: field[0] === 'D', updownTime };
};

const isLabel = (text: ByteString, max: number): boolean => text.length <= max && !/[\0-\x1f\x7f]/.test(text);

type HostColumns = 'vhosts' | 'tag' | 'all';

export const writeHost = (host: RingHost, columns: HostColumns): ByteString => {
  const { ip, vhosts, tag, isDown, updownTime, hostname } = host;
  if (columns === 'vhosts') return `${ip}\t${vhosts}`;
  if (columns === 'tag') return `${ip}\t${vhosts}\t${escapeTab(tag)}`;
  return `${ip}\t${vhosts}\t${escapeTab(tag)}\t${isDown ? 'D' : 'U'}${updownTime}\t${escapeTab(hostname)}`;
};
