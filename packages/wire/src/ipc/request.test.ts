import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { formatIpcTagged, parseIpcHandshake, parseIpcReply, parseIpcRequest, parseIpcTagged } from './index.ts';

test.each([
  ['proxy\t*\tKICK\tu', { group: 'proxy', to: '*', command: 'KICK\tu' }],
  ['proxy\t7\tLIST-FULL', { group: 'proxy', to: 7, command: 'LIST-FULL' }],
  ['proxy\tx\tLIST-FULL', { refusal: 'Invalid IPC connection id: x' }],
  ['proxy\t*', { refusal: 'Invalid input' }],
  ['proxy\t*\t', { refusal: 'Invalid input' }],
  ['', { refusal: 'Invalid input' }],
])('request %j', (line, expected) => {
  expect(parseIpcRequest(line)).toEqual(expected);
});

test('a tagged line keeps what follows the tag', () => {
  expect(parseIpcTagged('3\t+1')).toEqual({ tag: 3, rest: '+1' });
  expect(formatIpcTagged({ tag: 3, rest: 'KICK\tu' })).toBe('3\tKICK\tu');
});

test.each([
  ['x\t+1', () => parseIpcTagged('x\t+1')],
  ['no reply sign', () => parseIpcReply('1')],
  ['no pid', () => parseIpcHandshake('HANDSHAKE\tproxy')],
  ['broken pid', () => parseIpcHandshake('HANDSHAKE\tproxy\tx')],
])('%s is a WireError', (_, read) => {
  expect(read).toThrow(WireError);
});

test('any line decodes or is a WireError', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      for (const parse of [parseIpcTagged, parseIpcReply, parseIpcHandshake]) {
        try {
          parse(line);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
  );
});
