import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBytesCut } from '../../testing/cut.ts';
import { type HaproxyRead, readHaproxyHeader } from './header.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const uint16 = (n: number): string => String.fromCharCode(n >> 8, n & 255);
const v2 = (command: number, family: number, payload: string): string =>
  SIGNATURE + String.fromCharCode(command, family) + uint16(payload.length) + payload;
const tlv = (type: number, value: string): string => String.fromCharCode(type) + uint16(value.length) + value;

const IPV4 = '\x0a\0\0\x01\x0a\0\0\x02\x03\xe7\0\x8f';
const IPV6 = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(15)}\x01\x03\xe7\0\x8f`;
const ADDRESSES = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 999, destinationPort: 143 };
const EMPTY = { addresses: undefined, tls: undefined, authority: undefined, complaint: undefined };

test.each<[string, string, object]>([
  ['v1 TCP4', 'PROXY TCP4 10.0.0.1 10.0.0.2 999 143\r\n', { ...EMPTY, addresses: ADDRESSES }],
  ['v1 UNKNOWN', 'PROXY UNKNOWN whatever\r\n', EMPTY],
  ['v2 LOCAL', v2(0x20, 0x00, 'anything'), EMPTY],
  ['v2 IPv4', v2(0x21, 0x11, IPV4), { ...EMPTY, addresses: ADDRESSES }],
  [
    'v2 authority',
    v2(0x21, 0x11, IPV4 + tlv(2, 'mail.example.com') + tlv(4, 'x')),
    { ...EMPTY, addresses: ADDRESSES, authority: 'mail.example.com' },
  ],
  [
    'v2 TLS',
    v2(0x21, 0x11, IPV4 + tlv(0x20, `\x01\0\0\0\0${tlv(0x22, 'joe')}`)),
    { ...EMPTY, addresses: ADDRESSES, tls: { isTls: true, certName: undefined } },
  ],
  [
    'v2 verified certificate',
    v2(0x21, 0x11, IPV4 + tlv(0x20, `\x03\0\0\0\0${tlv(0x22, 'joe')}`)),
    { ...EMPTY, addresses: ADDRESSES, tls: { isTls: true, certName: 'joe' } },
  ],
  [
    'v2 unverified certificate',
    v2(0x21, 0x11, IPV4 + tlv(0x20, `\x03\0\0\0\x01${tlv(0x22, 'joe')}`)),
    { ...EMPTY, addresses: ADDRESSES, tls: { isTls: true, certName: undefined } },
  ],
  [
    'v2 UNIX',
    v2(0x21, 0x31, 'x'.repeat(216)),
    { ...EMPTY, complaint: { text: 'haproxy(v2): Unsupported address family', detail: 'family=03' } },
  ],
])('%s', (_, bytes, header) => {
  expect(readHaproxyHeader(`${bytes}a LOGIN`)).toEqual({ read: 'header', length: bytes.length, header });
});

test('v2 IPv6', () => {
  const read = readHaproxyHeader(v2(0x21, 0x21, IPV6));
  expect(read).toMatchObject({
    header: { addresses: { source: '2001:db8:0:0:0:0:0:1', destination: '0:0:0:0:0:0:0:1' } },
  });
});

test.each([
  ['garbage', 'a LOGIN x y\r\n', 'haproxy: Client disconnected: Failed to read valid HAproxy data', ''],
  ['v2 version', v2(0x31, 0x11, IPV4), 'haproxy: Client disconnected: Unsupported protocol version', 'version=03'],
  ['v2 length', v2(0x21, 0x11, 'x'.repeat(1500)), 'haproxy: Client disconnected: Too long header', ''],
  ['v2 command', v2(0x25, 0x11, IPV4), 'haproxy(v2): Client disconnected: Invalid command', 'cmd=05'],
  ['v2 UDP', v2(0x21, 0x12, IPV4), 'haproxy(v2): Client disconnected: Not using TCP', 'type=02'],
  ['v2 short IPv4', v2(0x21, 0x11, 'x'), 'haproxy(v2): Client disconnected: IPv4 data is incomplete', ''],
  ['v2 short IPv6', v2(0x21, 0x21, IPV4), 'haproxy(v2): Client disconnected: IPv6 data is incomplete', ''],
  ['v2 family', v2(0x21, 0x51, IPV4), 'haproxy(v2): Client disconnected: Unknown address family', 'family=05'],
  [
    'v2 TLV',
    v2(0x21, 0x11, `${IPV4}\x02\0\x09x`),
    'haproxy(v2): Client disconnected: Invalid TLV: get_tlv(0) failed: Truncated data',
    'cmd=01',
  ],
  [
    'v2 SSL TLV',
    v2(0x21, 0x11, IPV4 + tlv(0x20, 'x')),
    'haproxy(v2): Client disconnected: Invalid TLV: get_ssl_tlv(0) failed: Truncated data',
    'cmd=01',
  ],
  ['v1 protocol', 'PROXY UDP4 x\r\n', 'haproxy(v1): Client disconnected: Unknown proxied protocol', "protocol=`UDP4'"],
  [
    'v1 address',
    'PROXY TCP4 1.2.3 10.0.0.2 1 2\r\n',
    'haproxy(v1): Client disconnected: Proxied remote address is invalid',
    "address=`1.2.3'",
  ],
  [
    'v1 family',
    'PROXY TCP6 10.0.0.1 10.0.0.2 1 2\r\n',
    'haproxy(v1): Client disconnected: Proxied remote address is invalid',
    "address=`10.0.0.1'",
  ],
  [
    'v1 port',
    'PROXY TCP4 10.0.0.1 10.0.0.2 1 x\r\n',
    'haproxy(v1): Client disconnected: Proxied local port is invalid',
    "port=`x'",
  ],
  [
    'v1 missing',
    'PROXY TCP4 10.0.0.1 10.0.0.2 1\r\n',
    'haproxy(v1): Client disconnected: Field for proxied local port is missing',
    '',
  ],
  [
    'v1 extra',
    'PROXY TCP4 10.0.0.1 10.0.0.2 1 2 3\r\n',
    'haproxy(v1): Client disconnected: Header line has spurius extra field',
    "field=`3'",
  ],
  ['v1 endless', `PROXY ${'x'.repeat(200)}`, 'haproxy: Client disconnected: Failed to read full header', ''],
])('%s', (_, bytes, text, detail) => {
  expect(readHaproxyHeader(bytes)).toEqual({ read: 'refused', text, detail });
});

/** As the server reads: until something other than `more`. */
const readAll = (chunks: readonly string[]): HaproxyRead => {
  let bytes = '';
  for (const chunk of chunks) {
    bytes += chunk;
    const read = readHaproxyHeader(bytes);
    if (read.read !== 'more') return read;
  }
  return { read: 'more' };
};

test('what is read never depends on where the reads were cut', () => {
  for (const whole of [v2(0x21, 0x11, IPV4 + tlv(2, 'a')), 'PROXY TCP4 10.0.0.1 10.0.0.2 999 143\r\n']) {
    for (let at = 1; at < whole.length; at++) {
      expect(readAll([whole.slice(0, at), whole.slice(at)])).toEqual(readHaproxyHeader(whole));
    }
  }
  fc.assert(
    fc.property(anyBytesCut(), (chunks) => {
      expect(readAll(chunks).read).toBe(readAll([chunks.join('')]).read);
    }),
  );
});
