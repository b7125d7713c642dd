/**
 * `login_source_ips`: addresses and names separated by spaces or commas; a leading `?` keeps only those this host can
 * bind. Connections take them in turn, beginning anywhere.
 */
export type SourceAddressList = { readonly onlyBindable: boolean; readonly entries: readonly string[] };

export const parseSourceAddresses = (setting: string): SourceAddressList => {
  const onlyBindable = setting.startsWith('?');
  const list = onlyBindable ? setting.slice(1) : setting;
  return { onlyBindable, entries: list.split(/[ ,]+/).filter((entry) => entry !== '') };
};

/** `pick(n)`: a random integer from 0 to n-1. Gives undefined for ever if there are no addresses. */
export const rotate = (addresses: readonly string[], pick: (n: number) => number): (() => string | undefined) => {
  let next = addresses.length === 0 ? 0 : pick(addresses.length);
  return () => {
    const address = addresses[next];
    next = (next + 1) % Math.max(1, addresses.length);
    return address;
  };
};
