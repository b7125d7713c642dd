import { parseIpAddress } from '@homing/wire';
import { expect, test } from 'vitest';
import type { MailHost } from '../host/mail-host.ts';
import { failSuccessLine, hostFields, readSuccessLine, staysHere } from './success-line.ts';

const host = (ip: string, hostname = ''): MailHost => {
  const address = parseIpAddress(ip);
  if (address === undefined) throw new Error(ip);
  return { slot: 0, ip: address, hostname, tag: '', vhosts: 100, isDown: false, updownTime: 0, isDesynced: false };
};

const complete = (line: string, to: MailHost): string => {
  const success = readSuccessLine(line);
  return success?.username === undefined || staysHere(line, success, to) ? line : line + hostFields(to, 30);
};

// Captured: dovecot 2.3.19.1, E = 60.
test.each([
  [
    'OK\t3\tuser=tina\tproxy\tport=21150\tdirector_tag=tagA\tlip=127.0.0.1\tlport=21143\tpass=pw',
    host('127.0.0.14'),
    '\tproxy_refresh=30\thost=127.0.0.14',
  ],
  ['OK\t4\tuser=local', host('127.0.0.12'), ''],
  ['OK\t5\tuser=fixed\tproxy\thost=127.0.0.12\tport=21150\tpass=pw', host('127.0.0.11'), ''],
  ['OK\t7\tuser=maybe\tdirector_proxy_maybe=y\tport=21150', host('127.0.0.12'), '\tproxy_refresh=30\thost=127.0.0.12'],
  [
    'OK\t1\tuser=pm2\tproxy\tdirector_proxy_maybe=y\tport=21143\tlip=127.0.0.1\tlport=21143\tpass=pw',
    host('127.0.0.1'),
    '',
  ],
  [
    'OK\t1\tuser=tina\tproxy\tport=21150\tpass=pw',
    host('127.0.0.1', 'localhost'),
    '\tproxy_refresh=30\thost=localhost\thostip=127.0.0.1',
  ],
  ['PASS\t9\tuser=alice\tproxy=y\tport=21150', host('127.0.0.12'), '\tproxy_refresh=30\thost=127.0.0.12'],
  ['OK\t1\tproxy', host('127.0.0.12'), ''],
  ['OK\t1\tproxyx\tuser=a', host('127.0.0.12'), ''],
  ['OK\t1\tproxy_maybe\tuser=a', host('127.0.0.12'), ''],
])('%s', (line, to, appended) => {
  expect(complete(line, to)).toBe(line + appended);
});

test.each([
  ['OK\t1\tuser=a\tproxy\tdestuser=b', 'b'],
  ['OK\t1\tdestuser=b\tproxy\tuser=a', 'b'],
  ['OK\t1\tdestuser=b\tproxy\tdestuser=c', 'c'],
  ['OK\t1\tuser=a\tproxy\tuser=b', 'a'],
  ['OK\t1\tuser=a\x01tb\tproxy', 'a\tb'],
  ['OK\t1\tuser=\tproxy', ''],
])('%j belongs to %j', (line, username) => {
  expect(readSuccessLine(line)?.username).toBe(username);
});

test('ports that cannot be read are ignored', () => {
  const line = 'OK\t1\tuser=a\tproxy\tdirector_proxy_maybe\tlip=127.0.0.1\tlport=0\tport=99999';
  expect(complete(line, host('127.0.0.1'))).toBe(line);
  expect(complete(line.replace('lip=127.0.0.1', 'lip=x'), host('127.0.0.1'))).not.toBe(line);
});

test('another port of the same server is not ourselves', () => {
  const line = 'OK\t1\tuser=a\tdirector_proxy_maybe\tport=993\tlip=127.0.0.1\tlport=143';
  expect(complete(line, host('127.0.0.1'))).not.toBe(line);
});

test('the failure names the request and nothing else', () => {
  expect(failSuccessLine('OK\t17\tuser=alice\tpass=secret')).toBe('FAIL\t17\tcode=temp_fail');
  expect(failSuccessLine('PASS\t18\tuser=alice')).toBe('FAIL\t18\tcode=temp_fail');
});
