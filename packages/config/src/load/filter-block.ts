/** Opening `protocol`, `local`, `local_name` and `remote`. */
import { type Block, type BlockKind, narrowingError, nestingError, sameBlock } from '../filter/block.ts';
import type { Layer } from '../filter/merge.ts';
import { type Net, parseIp, parseNet } from '../filter/net.ts';
import { descend } from '../layer/place.ts';
import { ValueError } from '../types/setting.ts';
import { addLayer, beginsAt, type Frame, type Loading } from './loading.ts';

/** An address, a network, or a host name with optional bits; the name's first address counts. */
export const resolveNet = (text: string, resolveHost: (name: string) => readonly string[]): Net => {
  const net = parseNet(text);
  if (net !== undefined) return net;
  const [name = '', bits] = text.split('/');
  const [address] = parseIp(name) === undefined ? resolveHost(name) : [name];
  const ip = address === undefined ? undefined : parseIp(address);
  if (ip === undefined) throw new ValueError(`gethostbyname(${name}) failed: Name or service not known`);
  const most = ip.bytes.length * 8;
  if (bits === undefined) return { ...ip, bits: most };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) throw new ValueError(`Invalid network mask: ${bits}`);
  return { ...ip, bits: Number(bits) };
};

const narrow = (loading: Loading, outer: Block, kind: BlockKind, arg: string): Block => {
  const nesting = nestingError(outer, kind);
  if (nesting !== undefined) throw new ValueError(nesting);
  if (kind === 'protocol') return { ...outer, service: arg };
  if (kind === 'local_name') return { ...outer, localName: arg };
  const net = resolveNet(arg, loading.source.resolveHost);
  const narrowing = narrowingError(kind, outer[kind], net);
  if (narrowing !== undefined) throw new ValueError(narrowing);
  return { ...outer, [kind]: net };
};

const layerOf = (loading: Loading, block: Block): Layer =>
  loading.layers.find((layer) => sameBlock(layer.block, block)) ??
  addLayer(loading.layers, block, beginsAt(loading.input));

/** @throws ValueError */
export const filterFrame = (loading: Loading, kind: BlockKind, arg: string): Frame => {
  const { frame, input } = loading;
  const layer = layerOf(loading, narrow(loading, frame.layer.block, kind, arg));
  const parts = frame.path.split('/').slice(0, -1);
  return {
    keyword: kind,
    isFilter: true,
    layer,
    place: descend({ in: 'section', section: layer.root }, parts),
    path: frame.path,
    opened: { path: input.path, line: input.line },
    outer: frame,
  };
};
