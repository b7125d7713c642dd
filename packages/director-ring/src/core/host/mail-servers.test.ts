import { expect, test } from 'vitest';
import { parseMailServers } from './mail-servers.ts';

const shown = (value: string): string[] =>
  parseMailServers(value).map((item) => {
    if (item.item === 'error') return item.text;
    return `${item.item === 'address' ? item.ip : item.hostname}@${item.tag}`;
  });

test.each([
  ['10.0.0.1  10.0.0.2@blue', ['10.0.0.1@', '10.0.0.2@blue']],
  ['10.0.0.1@a@b', ['10.0.0.1@a@b']],
  ['10.0.0.254-10.0.0.255@t', ['10.0.0.254@t', '10.0.0.255@t']],
  ['10.0.0.7-10.0.0.7', ['10.0.0.7@']],
  ['2001:db8::fe-2001:db8::101', ['2001:db8::fe@', '2001:db8::ff@', '2001:db8::100@', '2001:db8::101@']],
  ['mail-1.example.com', ['mail-1.example.com@']],
  ['10.0.0.1-mail', ['10.0.0.1-mail@']],
  ['', []],
  ['10.0.0.1-::1', ['IP address family mismatch: 10.0.0.1 vs ::1']],
  ['10.0.0.9-10.0.0.1', ['IP addresses reversed: 10.0.0.9-10.0.0.1']],
  ['10.0.0.1-10.0.1.1', ['IP address range too large: 10.0.0.1-10.0.1.1']],
  ['2001:db8::1-2001:db8::1:0', ['IP address range too large: 2001:db8::1-2001:db8::1:0']],
])('%j', (value, items) => {
  expect(shown(value)).toEqual(items);
});
