/** `PROXY TCP4|TCP6|UNKNOWN source destination sourceport destinationport CRLF`, at most 108 bytes. */
import { asciiUpper, type ByteString } from '../line/bytes.ts';
import { parsePort } from '../line/number.ts';
import { parseIpAddress } from '../net/ip-address.ts';
import type { HaproxyAddresses, HaproxyRead } from './header.ts';

const MAX_LINE = 108;
const DOTTED_QUAD = /^\d{1,3}(\.\d{1,3}){3}$/;

export const readVersion1 = (bytes: ByteString): HaproxyRead => {
  const end = bytes.indexOf('\n');
  if (end === -1 && bytes.length < MAX_LINE) return { read: 'more' };
  if (end === -1 || end >= MAX_LINE) return refuse('haproxy: Client disconnected: Failed to read full header');
  const line = bytes.slice(0, end).replace(/\r$/, '');
  const [, protocol, ...fields] = line.split(' ');
  if (protocol === undefined) return v1('Field for proxied protocol is missing');
  const header = (addresses: HaproxyAddresses | undefined): HaproxyRead => ({
    read: 'header',
    length: end + 1,
    header: { addresses, tls: undefined, authority: undefined, complaint: undefined },
  });
  switch (asciiUpper(protocol)) {
    case 'UNKNOWN':
      return header(undefined);
    case 'TCP4':
    case 'TCP6': {
      const addresses = readAddresses(fields, asciiUpper(protocol) === 'TCP6');
      return 'read' in addresses ? addresses : header(addresses);
    }
    default:
      return v1('Unknown proxied protocol', `protocol=\`${shown(protocol)}'`);
  }
};

const readAddresses = (fields: readonly ByteString[], isIpv6: boolean): HaproxyAddresses | HaproxyRead => {
  const [remote, local, remotePort, localPort, extra] = fields;
  if (remote === undefined) return v1('Field for proxied remote address is missing');
  const source = address(remote, isIpv6);
  if (source === undefined) return v1('Proxied remote address is invalid', `address=\`${shown(remote)}'`);
  if (local === undefined) return v1('Field for proxied local address is missing');
  const destination = address(local, isIpv6);
  if (destination === undefined) return v1('Proxied local address is invalid', `address=\`${shown(local)}'`);
  if (remotePort === undefined) return v1('Field for proxied local port is missing');
  const sourcePort = parsePort(remotePort);
  if (sourcePort === undefined) return v1('Proxied remote port is invalid', `port=\`${shown(remotePort)}'`);
  if (localPort === undefined) return v1('Field for proxied local port is missing');
  const destinationPort = parsePort(localPort);
  if (destinationPort === undefined) return v1('Proxied local port is invalid', `port=\`${shown(localPort)}'`);
  if (extra !== undefined) return v1('Header line has spurius extra field', `field=\`${shown(extra)}'`);
  return { source, destination, sourcePort, destinationPort };
};

const address = (text: ByteString, isIpv6: boolean): string | undefined =>
  text.includes(':') === isIpv6 && (isIpv6 || DOTTED_QUAD.test(text)) ? parseIpAddress(text) : undefined;

const shown = (text: ByteString): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);

const refuse = (text: string, detail = ''): HaproxyRead => ({ read: 'refused', text, detail });
const v1 = (text: string, detail = ''): HaproxyRead => refuse(`haproxy(v1): Client disconnected: ${text}`, detail);
