/**
 * Filter blocks: `local`, `local_name`, `remote`, `protocol`, nested in this order. A block narrows the one around it.
 * Mirrors config_filter_add_new_filter() and config-filter.c of 2.3.
 */
import { asciiLower } from '../language/quote.ts';
import { isInNet, type Net, sameIp } from './net.ts';
import { matchesName } from './server-name.ts';

export type Block = {
  readonly local?: Net;
  readonly localName?: string;
  readonly remote?: Net;
  readonly service?: string;
};

export type BlockKind = 'protocol' | 'local' | 'local_name' | 'remote';

export const isBlockKind = (name: string): name is BlockKind =>
  name === 'protocol' || name === 'local' || name === 'local_name' || name === 'remote';

const wrongOrder = (outer: BlockKind, inner: BlockKind): string =>
  `${outer} { ${inner} { .. } } not allowed (use ${inner} { ${outer} { .. } } instead)`;

/** What the block around forbids, or undefined. */
export const nestingError = (outer: Block, kind: BlockKind): string | undefined => {
  if (kind === 'protocol') {
    return outer.service === undefined ? undefined : 'Nested protocol { protocol { .. } } block not allowed';
  }
  if (kind !== 'remote' && outer.remote !== undefined && outer.remote.bits > 0) return wrongOrder('remote', kind);
  if (outer.service !== undefined) return wrongOrder('protocol', kind);
  if (kind === 'local' && outer.localName !== undefined) return wrongOrder('local_name', kind);
  return undefined;
};

/** Network blocks inside one another must narrow it. */
export const narrowingError = (kind: 'local' | 'remote', outer: Net | undefined, inner: Net): string | undefined =>
  outer === undefined || outer.bits === 0 || (outer.bits <= inner.bits && isInNet(inner, outer))
    ? undefined
    : `${kind} net1 { ${kind} net2 { .. } } requires net2 to be inside net1`;

const sameName = (one: string | undefined, other: string | undefined): boolean =>
  (one === undefined) === (other === undefined) && asciiLower(one ?? '') === asciiLower(other ?? '');

export const sameBlock = (one: Block, other: Block): boolean =>
  one.service === other.service &&
  one.remote?.bits === other.remote?.bits &&
  sameIp(one.remote, other.remote) &&
  one.local?.bits === other.local?.bits &&
  sameIp(one.local, other.local) &&
  sameName(one.localName, other.localName);

const bitsOf = (net: Net | undefined): number => net?.bits ?? 0;

/** Most specific first: local_name, local bits, remote bits, protocol. */
export const bySpecificity = (one: Block, other: Block): number =>
  Number(other.localName !== undefined) - Number(one.localName !== undefined) ||
  bitsOf(other.local) - bitsOf(one.local) ||
  bitsOf(other.remote) - bitsOf(one.remote) ||
  Number(other.service !== undefined) - Number(one.service !== undefined);

/** Given that both match one connection: whether `outer` is nowhere more specific than `inner`. */
export const contains = (outer: Block, inner: Block): boolean =>
  bitsOf(outer.local) <= bitsOf(inner.local) &&
  bitsOf(outer.remote) <= bitsOf(inner.remote) &&
  (outer.localName === undefined || inner.localName !== undefined) &&
  (outer.service === undefined || inner.service !== undefined);

const matchesService = (mask: string | undefined, service: string | undefined): boolean => {
  if (mask === undefined) return true;
  if (service === undefined) return false;
  return mask.startsWith('!') ? service !== mask.slice(1) : service === mask;
};

const matchesNet = (mask: Net | undefined, net: Net | undefined): boolean =>
  mask === undefined || mask.bits === 0 || (net !== undefined && net.bits !== 0 && isInNet(net, mask));

/** Whether a block applies to a connection; the connection's networks are single addresses. */
export const matches = (mask: Block, asked: Block): boolean =>
  matchesService(mask.service, asked.service) && matchesRest(mask, asked);

const matchesRest = (mask: Block, asked: Block): boolean =>
  (mask.localName === undefined ||
    (asked.localName !== undefined &&
      mask.localName.split(' ').some((pattern) => matchesName(pattern, asked.localName ?? '')))) &&
  matchesNet(mask.remote, asked.remote) &&
  matchesNet(mask.local, asked.local);

/** For `doveconf -f`: whether the block is shown; what the asker left open is not compared. */
export const isShownFor = (mask: Block, asked: Block): boolean =>
  (asked.service === undefined || matchesService(mask.service, asked.service)) &&
  matchesRest(
    {
      ...(asked.localName === undefined || mask.localName === undefined ? {} : { localName: mask.localName }),
      ...(bitsOf(asked.remote) === 0 || mask.remote === undefined ? {} : { remote: mask.remote }),
      ...(bitsOf(asked.local) === 0 || mask.local === undefined ? {} : { local: mask.local }),
    },
    asked,
  );
