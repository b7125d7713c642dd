import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBytesCut, byteByByte, cutAnywhere } from '../../testing/cut.ts';
import { createPop3CommandDecoder, type Pop3Input } from './command-decoder.ts';

const decode = (chunks: readonly string[]): { inputs: Pop3Input[]; rest: string } => {
  const decoder = createPop3CommandDecoder();
  const inputs: Pop3Input[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let input = decoder.next(); input !== undefined; input = decoder.next()) {
      inputs.push(input);
      if (input.read === 'full' || input.read === 'sasl-too-large') return { inputs, rest: '' };
    }
  }
  return { inputs, rest: decoder.takeRest() };
};

const command = (name: string, args = ''): object => ({ read: 'command', name, args });

test.each<[string, object[]]>([
  ['user joe\r\nPass a b \r\n', [command('USER', 'joe'), command('PASS', 'a b ')]],
  ['QUIT\nCAPA\r\n', [command('QUIT'), command('CAPA')]],
  ['\r\n', [command('')]],
  ['STLS  x\r\n', [command('STLS', ' x')]],
  ['CAPABILITY\r\n', [command('CAPABILI', 'TY')]],
  ['XCLIENT A=b\r\n', [command('XCLIENT', 'A=b')]],
  ['NO\0OP\r\n', [command('NO', '\0OP')]],
  [`USER ${'x'.repeat(1024)}\r\n`, [command('USER', 'x'.repeat(1024))]],
  [`USER ${'x'.repeat(1026)}\r\n`, [{ read: 'full' }]],
  ['AUTH\r\nQUIT\r\n', [{ read: 'auth-list' }, command('QUIT')]],
  ['auth plain\r\n', [{ read: 'auth', mechanism: 'plain', initial: '' }]],
  ['AUTH PLAIN =\r\n', [{ read: 'auth', mechanism: 'PLAIN', initial: '=' }]],
  [`AUTH X ${'x'.repeat(8000)}\r\n`, [{ read: 'auth', mechanism: 'X', initial: 'x'.repeat(8000) }]],
  [`AUTH X ${'x'.repeat(8192)}\r\n`, [{ read: 'sasl-too-large', mechanism: 'X' }]],
])('case %#', (bytes, expected) => {
  expect(decode([bytes]).inputs).toEqual(expected);
  expect(decode(byteByByte(bytes)).inputs).toEqual(expected);
});

const DIALOGUE = 'CAPA\r\nUSER joe\nPASS x y\r\nAUTH PLAIN AGEA\r\nAUTH\r\n\r\nSTLS now\r\nQUIT\r\n';

test('what is decoded never depends on where the reads were cut', () => {
  fc.assert(
    fc.property(cutAnywhere(DIALOGUE), (chunks) => {
      expect(decode(chunks)).toEqual(decode([DIALOGUE]));
    }),
  );
  fc.assert(
    fc.property(anyBytesCut(2000), (chunks) => {
      expect(decode(chunks)).toEqual(decode([chunks.join('')]));
    }),
  );
});
