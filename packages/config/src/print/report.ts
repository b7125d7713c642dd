/** The whole of doveconf's work on a configuration: what goes out, what is wrong, and whether that is fatal. */
import { checkAll } from '../check/check.ts';
import { checkDocument } from '../check/document.ts';
import { ConfigError } from '../error.ts';
import type { Block } from '../filter/block.ts';
import { matchingLayers, mergeLayers } from '../filter/merge.ts';
import type { Section } from '../layer/section.ts';
import { ignoredWarnings } from '../load/ignored.ts';
import { type Document, readConfig } from '../load/read.ts';
import { type Note, warning } from '../note.ts';
import type { Source } from '../source.ts';
import { type Style, sectionLines } from './block.ts';
import type { Scope } from './entry.ts';
import { filterLines } from './filters.ts';
import { flatLines } from './flat.ts';
import { inModules } from './modules.ts';

export type Request = {
  /** Undefined prints the defaults. */
  readonly path: string | undefined;
  readonly scope: Scope;
  readonly form: 'blocks' | 'flat';
  readonly expand: boolean;
  readonly hideSecrets: boolean;
  readonly hideKeys: boolean;
  /** Settings to print; none prints all. */
  readonly names: readonly string[];
  readonly modules: readonly string[];
  readonly asked: Block;
};

export type Report = { readonly out: string; readonly notes: readonly Note[] };

const matchesName = (path: string, name: string): boolean => path === name || path.startsWith(`${name}/`);

/** One setting as `key = value`, its secret shown; a section as blocks. Unknown names print nothing. */
const namedLines = (root: Section, name: string, request: Request): string[] => {
  const exact = flatLines(root, '', 'hidden').find((line) => line.startsWith(`${name}=`));
  const isSection = flatLines(root, '', 'hidden').some((line) => line.startsWith(`${name}/`));
  if (exact !== undefined && !isSection) {
    const value = exact.slice(name.length + 1);
    return [request.hideKeys ? value : `${name} = ${value}`];
  }
  const { hideSecrets } = request;
  const wants = (path: string): boolean => matchesName(path, name);
  return sectionLines(root, '', { scope: request.scope, hideSecrets, wants }, 0);
};

const flatForm = (root: Section, { scope, names, modules }: Request): string[] => {
  const isWanted = modules.length === 0 ? () => true : inModules(modules);
  return flatLines(root, '', scope).filter((line) => {
    const [path = ''] = line.split('=', 1);
    return isWanted(path) && (names.length === 0 || names.some((name) => matchesName(path, name)));
  });
};

const styleOf = ({ scope, hideSecrets, modules }: Request): Style => ({
  scope,
  hideSecrets,
  wants: modules.length === 0 ? undefined : inModules(modules),
});

const blockForm = (document: Document, root: Section, request: Request): string[] => {
  const style = styleOf(request);
  return [...sectionLines(root, '', style, 0), ...filterLines(document.layers, request.asked, style)];
};

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

const linesOf = (document: Document, root: Section, request: Request): string[] => {
  if (request.form === 'flat') return flatForm(root, request);
  if (request.names.length > 0) return request.names.flatMap((name) => namedLines(root, name, request));
  return blockForm(document, root, request);
};

const merge = (document: Document, asked: Block): Section | ConfigError => {
  try {
    return mergeLayers(matchingLayers(document.layers, asked));
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

const note = (level: Note['level'], text: string): Note => ({ level, text });

/** Blocks of filters are printed all the same, and their printing decides on the status, as in doveconf. */
const conflictReport = (
  document: Document,
  request: Request,
  notes: readonly Note[],
  failure: ConfigError | undefined,
): Report => {
  const isWhole = request.form === 'blocks' && request.names.length === 0;
  const text = failure?.message ?? (isWhole ? undefined : 'Errors in configuration');
  return {
    out: isWhole ? textOf(filterLines(document.layers, request.asked, styleOf(request))) : '',
    notes: text === undefined ? notes : [...notes, note('fatal', text)],
  };
};

const printDocument = (document: Document, source: Source, request: Request): Report => {
  const verdict = request.path === undefined ? { failure: undefined, warnings: [] } : checkDocument(document, source);
  const notes = [...document.notes, ...[...verdict.warnings, ...ignoredWarnings(document)].map(warning)];
  const root = merge(document, request.asked);
  if (root instanceof ConfigError) {
    return conflictReport(document, request, [...notes, note('error', root.message)], verdict.failure);
  }
  const out = textOf(linesOf(document, root, request));
  const errors = request.path === undefined ? [] : checkAll(root, source, () => undefined);
  // Names are looked up in files that are not usable as a whole, too: install scripts do.
  if (request.names.length > 0 && request.form === 'blocks') {
    const isBlock = out.includes(' {\n');
    return { out, notes: isBlock ? [...notes, ...errors.map((text) => note('error', text))] : notes };
  }
  const fatal = verdict.failure === undefined ? [] : [note('fatal', verdict.failure.message)];
  return { out, notes: [...notes, ...errors.map((text) => note('error', text)), ...fatal] };
};

export const reportConfig = (request: Request, source: Source): Report => {
  const notes: Note[] = [];
  const expand = request.expand ? 'everything' : 'nothing';
  try {
    return printDocument(readConfig(request.path, source, { expand, notes }), source, request);
  } catch (error) {
    if (error instanceof ConfigError) return { out: '', notes: [...notes, note('fatal', error.message)] };
    throw error;
  }
};
