/**
 * What is known while files are read: the stack of files, the stack of open blocks, the layers so far. Everything here
 * changes as lines are applied; nothing outlives the load.
 */

import type { Block } from '../filter/block.ts';
import type { Layer } from '../filter/merge.ts';
import type { Place } from '../layer/place.ts';
import { createLayer } from '../layer/section.ts';
import type { Note } from '../note.ts';
import type { Position } from '../position.ts';
import type { Source } from '../source.ts';

/** A file being read. Files of one glob wait below one another. */
export type Input = {
  readonly path: string;
  readonly lines: readonly string[];
  /** Lines read so far, so the number of the line in hand. */
  line: number;
  readonly outer: Input | undefined;
};

/** An open block, or the file itself. */
export type Frame = {
  /** Its keyword; undefined for the file itself. */
  readonly keyword: string | undefined;
  readonly isFilter: boolean;
  readonly layer: Layer;
  readonly place: Place;
  /** Of settings in it: empty at the top and in filters at the top, else it ends in `/`. */
  readonly path: string;
  readonly opened: { readonly path: string; readonly line: number };
  readonly outer: Frame | undefined;
};

/**
 * Whether `$name` and `<file` are replaced. For tools a key that they may not read is a warning and an empty value; a
 * server does not start without it, as Dovecot's.
 */
export type Expand = 'nothing' | 'everything' | 'for-tools';

export type Loading = {
  readonly mainPath: string;
  readonly source: Source;
  readonly expand: Expand;
  readonly layers: Layer[];
  input: Input;
  frame: Frame;
  /** Number of the next block without a name. */
  counter: number;
  /** Where each path was first set inside a block. */
  readonly seen: Map<string, string>;
  /** Settings and sections at the top, by name, with the place of their first use. */
  readonly used: Map<string, string>;
  readonly notes: Note[];
  readonly old: OldAuth;
};

/** Where the obsolete `auth default { socket listen { client { } } }` stands: depths, and the socket so far. */
export type OldAuth = {
  depth: number;
  listenDepth: number;

  isNoteGiven: boolean;
  isMaster: boolean;
  baseDir: string;
  socket: Record<string, string>;
};

/** `file:line`; the file alone before its first line. */
export const beginsAt = ({ path, line }: Pick<Input, 'path' | 'line'>): string =>
  line === 0 ? path : `${path}:${line}`;

export const addLayer = (layers: Layer[], block: Block, begins: string): Layer => {
  const layer = { block, root: createLayer(), begins };
  layers.push(layer);
  return layer;
};

export const createLoading = (
  path: string,
  lines: readonly string[],
  source: Source,
  expand: Expand,
  notes: Note[],
): Loading => {
  const layers: Layer[] = [];
  const layer = addLayer(layers, {}, path);
  return {
    mainPath: path,
    source,
    expand,
    layers,
    input: { path, lines, line: 0, outer: undefined },
    frame: {
      keyword: undefined,
      isFilter: false,
      layer,
      place: { in: 'section', section: layer.root },
      path: '',
      opened: { path, line: 0 },
      outer: undefined,
    },
    counter: 0,
    seen: new Map(),
    used: new Map(),
    notes,
    old: {
      depth: 0,
      listenDepth: 0,

      isNoteGiven: false,
      isMaster: false,
      baseDir: '/run/dovecot',
      socket: {},
    },
  };
};

export const positionOf = ({ path, line }: Pick<Input, 'path' | 'line'>): Position => ({ file: path, line });
