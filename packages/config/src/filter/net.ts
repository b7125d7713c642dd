/** IP addresses and networks of filters. An IPv4 address in IPv6 form is compared as IPv4 (net_is_in_network()). */

export type Ip = { readonly family: 4 | 6; readonly bytes: readonly number[] };
export type Net = Ip & { readonly bits: number };

const parseIp4 = (text: string): Ip | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number) ?? [];
  return match === null || bytes.some((byte) => byte > 255) ? undefined : { family: 4, bytes };
};

const parseGroups = (text: string): number[] | undefined => {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    const ip4 = at === groups.length - 1 ? parseIp4(group) : undefined;
    if (ip4 !== undefined) bytes.push(...ip4.bytes);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
};

const parseIp6 = (text: string): Ip | undefined => {
  const [head = '', tail, extra] = text.split('::');
  if (extra !== undefined) return undefined;
  const front = parseGroups(head);
  const back = parseGroups(tail ?? '');
  if (front === undefined || back === undefined) return undefined;
  const missing = 16 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return { family: 6, bytes: [...front, ...Array.from({ length: missing }, () => 0), ...back] };
};

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

export const parseIp = (text: string): Ip | undefined =>
  parseIp4(text) ?? parseIp6(text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text);

/** `10.0.0.0/8`, or an address alone for itself. Undefined if it is no address. */
export const parseNet = (text: string): Net | undefined => {
  const [address = '', bits, extra] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || extra !== undefined) return undefined;
  const most = ip.bytes.length * 8;
  if (bits === undefined) return { ...ip, bits: most };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? { ...ip, bits: Number(bits) } : undefined;
};

const unmap = (ip: Ip): Ip => (ip.family === 6 && isMapped(ip.bytes) ? { family: 4, bytes: ip.bytes.slice(12) } : ip);

export const isInNet = (address: Ip, net: Net): boolean => {
  const ip = unmap(address);
  if (ip.family !== net.family) return false;
  for (const [at, byte] of net.bytes.entries()) {
    const compared = Math.min(Math.max(net.bits - at * 8, 0), 8);
    const mask = (0xff00 >> compared) & 0xff;
    if ((byte & mask) !== ((ip.bytes[at] ?? 0) & mask)) return false;
  }
  return true;
};

/** The longest run of zero groups becomes `::` if it is two or more (inet_ntop). */
const shorten = (groups: readonly string[]): string => {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start === -1) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
};

export const printIp = ({ family, bytes }: Ip): string => {
  if (family === 4) return bytes.join('.');
  if (isMapped(bytes)) return `::ffff:${bytes.slice(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
  );
  return shorten(groups);
};

/** Without the bits if it is one address. */
export const printNet = (net: Net): string =>
  net.bits === net.bytes.length * 8 ? printIp(net) : `${printIp(net)}/${net.bits}`;

export const sameIp = (one: Ip | undefined, other: Ip | undefined): boolean =>
  one?.family === other?.family && (one === undefined || one.bytes.every((byte, at) => byte === other?.bytes[at]));
