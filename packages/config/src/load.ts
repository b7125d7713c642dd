/** From a path to a configuration that programs can use; a pure function of the files, so a reload is another call. */
import { checkDocument } from './check/document.ts';
import type { Config, Filter } from './config.ts';
import { ConfigError } from './error.ts';
import type { Block } from './filter/block.ts';
import { matchingLayers, mergeLayers } from './filter/merge.ts';
import { parseNet } from './filter/net.ts';
import type { Section } from './layer/section.ts';
import { ignoredWarnings } from './load/ignored.ts';
import { type Document, readConfig } from './load/read.ts';
import type { Source } from './source.ts';
import { exportersOf, freeKeysOf, metricsOf, passdbsOf, servicesOf, settingsOf, userdbsOf } from './view.ts';

const netOf = (key: 'local' | 'remote', address: string | undefined): Block => {
  const net = address === undefined ? undefined : parseNet(address);
  return net === undefined ? {} : { [key]: net };
};

const blockOf = ({ service, localIp, localName, remoteIp }: Filter): Block => ({
  ...(service === undefined ? {} : { service }),
  ...(localName === undefined ? {} : { localName }),
  ...netOf('local', localIp),
  ...netOf('remote', remoteIp),
});

type View = Pick<Config, 'settings' | 'passdbs' | 'userdbs' | 'plugin'>;
type Answers = { [Name in keyof View]: ReturnType<View[Name]> };

const answersOf = (root: Section): Answers => ({
  settings: settingsOf(root),
  passdbs: passdbsOf(root),
  userdbs: userdbsOf(root),
  plugin: freeKeysOf(root, 'plugin'),
});

/** One answer for each set of layers that match; most configurations know a handful. */
const createLookup = ({ layers }: Document): ((filter?: Filter) => Answers) => {
  const known = new Map<string, Answers>();
  return (filter = {}) => {
    const matching = layers.length === 1 ? layers : matchingLayers(layers, blockOf(filter));
    const key = matching.map((layer) => layers.indexOf(layer)).join();
    const found = known.get(key) ?? answersOf(mergeLayers(matching));
    known.set(key, found);
    return found;
  };
};

/**
 * @param path of the main file
 * @param overrides `key=value`, as `-o` takes them
 * @param expand what a program needs that does not serve; servers need everything
 * @throws ConfigError with Dovecot's text; the program that meets it at its start ends with status 89
 */
export const loadConfig = (
  path: string,
  source: Source,
  overrides: readonly string[] = [],
  expand: 'everything' | 'for-tools' = 'for-tools',
): Config => {
  const document = readConfig(path, source, { expand, overrides });
  const { failure, warnings } = checkDocument(document, source);
  if (failure !== undefined) throw failure;
  const lookUp = createLookup(document);
  const [global] = document.layers;
  if (global === undefined) throw new ConfigError(`${path}: nothing was read`);
  const { settings } = lookUp();
  const services = servicesOf(global.root, settings);
  return {
    settings: (filter) => lookUp(filter).settings,
    passdbs: (filter) => lookUp(filter).passdbs,
    userdbs: (filter) => lookUp(filter).userdbs,
    plugin: (filter) => lookUp(filter).plugin,
    services: new Map(services.map((service) => [service.name, service])),
    dicts: freeKeysOf(global.root, 'dict'),
    metrics: metricsOf(global.root),
    exporters: exportersOf(global.root),
    warnings: [...document.notes.map(({ text }) => text), ...warnings, ...ignoredWarnings(document)],
  };
};
