import { expect, test } from 'vitest';
import { encodeScriptRequest, parseScriptReply } from './script-client.ts';

// Captured: dovecot 2.3.19.1, 68 bytes in one write.
test('a flush request', () => {
  const request = encodeScriptRequest(['FLUSH', '1669653170', '127.0.0.12', '127.0.0.11', 'up', '100']);
  expect(request).toBe('VERSION\tscript\t4\t0\n-\nFLUSH\n1669653170\n127.0.0.12\n127.0.0.11\nup\n100\n\n');
  expect(request).toHaveLength(68);
});

test.each([
  ['done\n+\n', { result: 'success', output: 'done\n' }],
  ['+\n', { result: 'success', output: '' }],
  ['line one\n-\n', { result: 'failure', output: 'line one\n' }],
  ['', { result: 'internal-failure', reason: 'No result code received from remote' }],
  ['+', { result: 'internal-failure', reason: 'Received too short result code from remote' }],
  ['done\n+', { result: 'internal-failure', reason: 'Missing LF in result code' }],
  ['ok\n', { result: 'internal-failure', reason: "Unexpected result code 'k'" }],
  ['\x07\n', { result: 'internal-failure', reason: 'Unexpected result code 0x07' }],
])('reply %j', (bytes, reply) => {
  expect(parseScriptReply(bytes)).toEqual(reply);
});
