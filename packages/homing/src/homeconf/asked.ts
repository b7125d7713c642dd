/** `-f key=value`: the connection whose settings are asked for. Throws `ConfigError`. */
import { type Block, ConfigError, resolveNet, type Source } from '@homing/config';

const netOf = (key: 'local' | 'remote', value: string, source: Pick<Source, 'resolveHost'>): Block => {
  try {
    return { [key]: resolveNet(value, source.resolveHost) };
  } catch (error) {
    throw new ConfigError(`${key} filter: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const partOf = (filter: string, source: Pick<Source, 'resolveHost'>): Block => {
  const [key, value = ''] = filter.split(/=(.*)/s);
  switch (key) {
    case 'service':
    case 'protocol':
      return { service: value };
    case 'lname':
      return { localName: value };
    case 'local':
    case 'remote':
      return netOf(key, value, source);
    default:
      throw new ConfigError(`Unknown filter argument: ${filter}`);
  }
};

/** Later ones win. */
export const askedBy = (filters: readonly string[], source: Pick<Source, 'resolveHost'>): Block =>
  Object.assign({}, ...filters.map((filter) => partOf(filter, source)));
