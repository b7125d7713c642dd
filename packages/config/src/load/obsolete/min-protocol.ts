/** From the list `ssl_protocols` to `ssl_min_protocol`: the lowest version that the list leaves enabled. */
import { ValueError } from '../../types/setting.ts';

const versions = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2'];

/** @throws ValueError with the reason */
export const minProtocolOf = (list: string): string => {
  const enabled = new Set<string>();
  const disabled = new Set<string>();
  for (const word of list.split(/[, ]+/).filter((part) => part !== '')) {
    const version = word.startsWith('!') ? word.slice(1) : word;
    if (!versions.includes(version)) throw new ValueError(`Unrecognized protocol '${version}'`);
    (word.startsWith('!') ? disabled : enabled).add(version);
    (word.startsWith('!') ? enabled : disabled).delete(version);
  }
  const isExplicit = list.split(/[, ]+/).some((word) => word !== '' && !word.startsWith('!'));
  const lowest = versions.find((version) => (isExplicit ? enabled.has(version) : !disabled.has(version)));
  if (lowest === undefined) throw new ValueError('All protocols disabled');
  return lowest;
};
