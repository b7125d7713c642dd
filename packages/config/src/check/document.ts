/**
 * The whole document is checked as each filter block would see it. Dovecot stops at the first block that has an error;
 * so the first error found here is the one it ends with.
 */
import { ConfigError } from '../error.ts';
import { type Layer, matchingLayers, mergeLayers } from '../filter/merge.ts';
import type { Document } from '../load/read.ts';
import type { Source } from '../source.ts';
import { settingsOf } from '../view.ts';
import { checkAll } from './check.ts';
import { checkLoginProcesses } from './login-processes.ts';

export type Verdict = {
  /** What stops every program, if anything does. */
  readonly failure: ConfigError | undefined;
  readonly warnings: readonly string[];
};

/** Only what is set in the block itself, else the global value: config_all_parsers_check() looks no further. */
const sslOf = ({ root }: Layer, fallback: string): string => String(root.values.get('ssl') ?? fallback);

const layerError = (layers: readonly Layer[], layer: Layer, source: Source, warn: (text: string) => void) => {
  try {
    return checkAll(mergeLayers(matchingLayers(layers, layer.block)), source, warn)[0];
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

const wrap = (path: string, text: string): ConfigError =>
  new ConfigError(`Error in configuration file ${path}: ${text}`, { file: path, text });

export const checkDocument = (document: Document, source: Source): Verdict => {
  const { path, layers, unclosed } = document;
  const warnings = new Set<string>();
  if (unclosed !== undefined) {
    return { failure: wrap(path, `Missing '}' (section started at ${unclosed})`), warnings: [] };
  }
  const [global] = layers;
  const globalSsl = global === undefined ? '' : sslOf(global, '');
  for (const layer of layers) {
    const ssl = sslOf(layer, globalSsl);
    if (globalSsl === 'no' && ssl !== 'no' && ![...warnings].some((text) => text.startsWith('SSL is disabled'))) {
      warnings.add(`SSL is disabled because global ssl=no, ignoring ssl=${ssl} for subsection`);
    }
    const error = layerError(layers, layer, source, (text) => warnings.add(text));
    if (error !== undefined) return { failure: wrap(path, error), warnings: [...warnings] };
  }
  const failure = global && checkLoginProcesses(document, settingsOf(global.root));
  return { failure, warnings: [...warnings] };
};
