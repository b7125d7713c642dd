/** Filter blocks, printed after everything global: the least specific first, each one nested on its own. */
import { type Block, bySpecificity, isShownFor } from '../filter/block.ts';
import type { Layer } from '../filter/merge.ts';
import { printNet } from '../filter/net.ts';
import { type Style, sectionLines } from './block.ts';

const headlines = ({ local, localName, remote, service }: Block): string[] => [
  ...(local === undefined || local.bits === 0 ? [] : [`local ${printNet(local)} {`]),
  ...(localName === undefined ? [] : [`local_name ${localName} {`]),
  ...(remote === undefined || remote.bits === 0 ? [] : [`remote ${printNet(remote)} {`]),
  ...(service === undefined ? [] : [`protocol ${service} {`]),
];

const layerLines = ({ block, root }: Layer, style: Style): string[] => {
  const heads = headlines(block);
  const lines = sectionLines(root, '', { ...style, scope: 'set' }, heads.length);
  if (lines.length === 0) return [];
  const pads = heads.map((_, depth) => '  '.repeat(depth));
  return [
    ...heads.map((head, depth) => `${pads[depth]}${head}`),
    ...lines,
    ...pads.toReversed().map((pad) => `${pad}}`),
  ];
};

/** Those that could apply to `asked`. */
export const filterLines = (layers: readonly Layer[], asked: Block, style: Style): string[] =>
  layers
    .slice(1)
    .filter(({ block }) => isShownFor(block, asked))
    .sort((one, other) => bySpecificity(other.block, one.block))
    .flatMap((layer) => layerLines(layer, style));
