import { expect, test } from 'vitest';
import { bool, msecs, octal, oneOf, port, size, time, uint } from './define.ts';
import { type AnySetting, printScalar, ValueError } from './setting.ts';

const settings: Readonly<Record<string, AnySetting>> = {
  bool: bool('no'),
  uint: uint(0),
  octal: octal('0600'),
  port: port(0),
  time: time('0'),
  msecs: msecs('0'),
  size: size('0'),
  enum: oneOf('no', 'ssl', 'starttls'),
};

const settingOf = (type: string): AnySetting => settings[type] ?? bool('no');

test.each([
  ['bool', 'Y', true, 'yes'],
  ['bool', '1', true, 'yes'],
  ['bool', 'NO', false, 'no'],
  ['uint', '4294967295', 4_294_967_295, '4294967295'],
  ['uint', '007', 7, '7'],
  ['octal', '0600', 0o600, '0600'],
  ['octal', '600', 600, '01130'],
  ['octal', '0', 0, '00'],
  ['port', '65535', 65_535, '65535'],
  ['time', '0', 0, '0'],
  ['time', '90 s', 90, '90 secs'],
  ['time', '60S', 60, '1 mins'],
  ['time', '2 m', 120, '2 mins'],
  ['time', '25 hours', 90_000, '25 hours'],
  ['time', '7 days', 604_800, '1 weeks'],
  ['time', '3000 ms', 3, '3 secs'],
  ['msecs', '1500 millisecs', 1500, '1500 ms'],
  ['msecs', '2 secs', 2000, '2 secs'],
  ['size', '1kb', 1024, '1 k'],
  ['size', '10 MiB', 10_485_760, '10 M'],
  ['size', '1500', 1500, '1500 B'],
  ['size', '1024 T', 1024 ** 5, '1024 T'],
  ['size', '18446744073709551615', Number.POSITIVE_INFINITY, '18446744073709551615 B'],
  ['enum', 'ssl', 'ssl', 'ssl'],
])('%s %s', (type, text, value, shown) => {
  const setting = settingOf(type);
  expect(setting.parse(text)).toBe(value);
  expect(printScalar(setting, value)).toBe(shown);
});

test.each([
  ['bool', 'true', 'Invalid boolean value: true (use yes or no)'],
  ['bool', '0', 'Invalid boolean value: 0 (use yes or no)'],
  ['uint', '-1', 'Invalid number -1: Number too small'],
  ['uint', '4294967296', 'Invalid number 4294967296: Number too large'],
  ['uint', '', 'Invalid number : Not a valid number'],
  ['octal', '0999', 'Invalid number: 0999'],
  ['port', '70000', 'Invalid port number 70000'],
  ['time', '30', "Time interval '30' is missing units (add e.g. 's' for seconds)"],
  ['time', '30 parsecs', 'Invalid time interval: 30 parsecs'],
  ['time', '1500ms', 'Milliseconds not supported for this setting: 1500ms'],
  ['time', '4294967296 s', 'Time interval is too large: 4294967296 s'],
  ['size', '1.5M', 'Invalid size: 1.5M'],
  ['size', '1Q', 'Invalid size: 1Q'],
  ['size', '99999999999 T', 'Size is too large: 99999999999 T'],
  ['enum', 'SSL', 'Invalid value: SSL'],
])('%s %s is wrong', (type, text, message) => {
  expect(() => settingOf(type).parse(text)).toThrow(new ValueError(message));
});
