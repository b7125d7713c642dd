import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyBytesCut, byteByByte, cutAnywhere } from '../../testing/cut.ts';
import { createImapCommandDecoder, type ImapInput } from './command-decoder.ts';

const decode = (chunks: readonly string[], literalMinus = false): { inputs: ImapInput[]; rest: string } => {
  const decoder = createImapCommandDecoder({ literalMinus });
  const inputs: ImapInput[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let input = decoder.next(); input !== undefined; input = decoder.next()) {
      inputs.push(input);
      if (['full', 'fatal', 'sasl-too-large'].includes(input.read)) return { inputs, rest: '' };
    }
  }
  return { inputs, rest: decoder.takeRest() };
};

const string = (text: string): object => ({ type: 'string', text });
const atom = (text: string): object => ({ type: 'atom', text });
const command = (tag: string, name: string, ...args: object[]): object => ({ read: 'command', tag, name, args });
const HTTP = ['GET / HTTP/1.1', 'Host: x', ''].join('\r\n');

describe('imap-login reads', () => {
  test.each<[string, object[]]>([
    ['a noop\r\n', [command('a', 'noop')]],
    ['a NOOP\nb LOGOUT now\r\n', [command('a', 'NOOP'), command('b', 'LOGOUT', atom('now'))]],
    ['a LOGIN joe "p\\"a\\\\ss"\r\n', [command('a', 'LOGIN', atom('joe'), string('p"a\\ss'))]],
    ['a LOGIN nil ""\r\n', [command('a', 'LOGIN', { type: 'nil', text: 'nil' }, string(''))]],
    ['a LOGIN {3}\r\njoe {2+}\r\npw\r\n', [{ read: 'literal' }, command('a', 'LOGIN', string('joe'), string('pw'))]],
    [
      'a LOGIN {3}\njoe {0}\r\n\r\n',
      [{ read: 'literal' }, { read: 'literal' }, command('a', 'LOGIN', string('joe'), string(''))],
    ],
    ['a LOGIN (x (y "z")) b\r\n', [command('a', 'LOGIN', { type: 'list' }, atom('b'))]],
    ['a X ~b\r\n', [command('a', 'X', atom('~b'))]],
    ['a X (y\r\n', [{ read: 'syntax-error', tag: 'a', text: "Missing ')'" }]],
    ['a X y)\r\n', [{ read: 'syntax-error', tag: 'a', text: "Unexpected ')'" }]],
    ['a X "y\r\n', [{ read: 'syntax-error', tag: 'a', text: "Missing '\"'" }]],
    ['a X "y\0"\r\n', [{ read: 'syntax-error', tag: 'a', text: 'NULs not allowed in strings' }]],
    ['a X \xff\r\n', [{ read: 'syntax-error', tag: 'a', text: '8bit data in atom' }]],
    ['a X y"\r\n', [{ read: 'syntax-error', tag: 'a', text: 'Invalid characters in atom' }]],
    ['a X \rb\r\n', [{ read: 'syntax-error', tag: 'a', text: 'CR sent without LF' }]],
    ['a X {x}\r\n', [{ read: 'syntax-error', tag: 'a', text: 'Invalid literal size' }]],
    ['a X {1+x}\r\n', [{ read: 'syntax-error', tag: 'a', text: "Expecting '}' after '+'" }]],
    ['a X ~{1}\r\n', [{ read: 'syntax-error', tag: 'a', text: 'literal8 not allowed here' }]],
    ['a X {1+}x\r\n', [{ read: 'syntax-error', tag: 'a', text: 'Missing LF after literal size' }]],
    ['\r\n', [{ read: 'invalid', tag: undefined }]],
    ['a\r\n', [{ read: 'invalid', tag: 'a' }]],
    ['a "b" c\r\nb NOOP\r\n', [{ read: 'invalid', tag: 'a' }, command('b', 'NOOP')]],
    ['+ x\r\n', [{ read: 'invalid', tag: undefined }]],
    [`${'t'.repeat(126)} NOOP\r\n`, [command('t'.repeat(126), 'NOOP')]],
    [`${'t'.repeat(127)} NOOP\r\n`, [{ read: 'invalid', tag: undefined }]],
    [HTTP, [command('GET', '/', atom('HTTP/1.1')), command('Host:', 'x')]],
    ['a X {9000}\r\n', [{ read: 'fatal', text: 'Literal size too large' }]],
    ['a X {9000+}\r\n', [{ read: 'fatal', text: 'Literal size too large' }]],
    [`a X {${'9'.repeat(30)}}\r\n`, [{ read: 'fatal', text: 'Literal size too large' }]],
    [`a X {1100+}\r\n${'x'.repeat(1100)}\r\n`, [{ read: 'full' }]],
    [`a X {1026+}\r\n${'x'.repeat(1026)}\r\n`, [command('a', 'X', string('x'.repeat(1026)))]],
    [`a X ${'x'.repeat(1000)}\r\n`, [command('a', 'X', atom('x'.repeat(1000)))]],
    [`a X ${'x'.repeat(1100)}\r\n`, [{ read: 'full' }]],
    [`a X${' yyyy'.repeat(1700)}\r\n`, [{ read: 'syntax-error', tag: 'a', text: 'IMAP command line too large' }]],
    ['a AUTHENTICATE PLAIN\r\n', [{ read: 'authenticate', tag: 'a', mechanism: 'PLAIN', initial: '' }]],
    ['a authenticate x =\r\n', [{ read: 'authenticate', tag: 'a', mechanism: 'x', initial: '=' }]],
    ['a AUTHENTICATE\r\n', [{ read: 'invalid', tag: 'a' }]],
    [
      `a AUTHENTICATE X ${'x'.repeat(8000)}\r\n`,
      [{ read: 'authenticate', tag: 'a', mechanism: 'X', initial: 'x'.repeat(8000) }],
    ],
    [`a AUTHENTICATE X ${'x'.repeat(8300)}\r\n`, [{ read: 'sasl-too-large', mechanism: 'X' }]],
    ['a ID nil\r\n', [{ read: 'id', tag: 'a', params: [] }]],
    ['a ID\r\nb NOOP\r\n', [{ read: 'id', tag: 'a', params: [] }, command('b', 'NOOP')]],
    ['a ID ()\r\n', [{ read: 'id', tag: 'a', params: [] }]],
    [
      'a ID ("a" "b" {1}\r\nc NIL "odd") x\r\n',
      [
        { read: 'literal' },
        {
          read: 'id',
          tag: 'a',
          params: [
            ['a', 'b'],
            ['c', undefined],
          ],
        },
      ],
    ],
    ['a ID (a "b")\r\n', [{ read: 'bad-id', tag: 'a' }]],
    ['a ID "a"\r\n', [{ read: 'bad-id', tag: 'a' }]],
    ['a ID ("a" b)\r\n', [{ read: 'bad-id', tag: 'a' }]],
    ['a ID ("a" ("b"))\r\n', [{ read: 'bad-id', tag: 'a' }]],
    [`a ID ("${'k'.repeat(31)}" "b")\r\n`, [{ read: 'bad-id', tag: 'a' }]],
    ['a ID ("a" "b"\r\n', [{ read: 'syntax-error', tag: 'a', text: "Missing ')'" }]],
  ])('case %#', (bytes, expected) => {
    expect(decode([bytes]).inputs).toEqual(expected);
    expect(decode(byteByByte(bytes)).inputs).toEqual(expected);
  });

  test('with LITERAL- only short non-synchronizing literals', () => {
    expect(decode(['a X {4097+}\r\n'], true).inputs).toEqual([
      { read: 'fatal', text: 'Non-synchronizing literal size too large' },
    ]);
  });

  test('an ID of 30 pairs with 1000 bytes each, but not an endless one', () => {
    const pairs = (count: number): string => `"k" "${'v'.repeat(1000)}" `.repeat(count);
    expect(decode([`a ID (${pairs(30)})\r\n`]).inputs[0]).toMatchObject({ read: 'id' });
    expect(decode([`a ID (${pairs(33)})\r\n`]).inputs[0]).toMatchObject({ read: 'syntax-error' });
  });
});

test('SASL lines and the rest for the splice', () => {
  const decoder = createImapCommandDecoder({ literalMinus: false });
  decoder.push('AGEA');
  expect(decoder.saslLine()).toBeUndefined();
  decoder.push('\r\n*\nrest');
  expect(decoder.saslLine()).toEqual({ line: 'AGEA' });
  expect(decoder.saslLine()).toEqual({ line: '*' });
  expect(decoder.pending()).toBe(4);
  expect(decoder.takeRest()).toBe('rest');
  decoder.push('x'.repeat(8193));
  expect(decoder.saslLine()).toEqual({ read: 'sasl-too-large' });
});

const DIALOGUE =
  'a NOOP\r\nb ID ("name" "x\\"y" "v" {2}\r\n12)\r\nc LOGIN {3}\r\njoe "p w"\r\n"\r\nd AUTHENTICATE PLAIN AGEAYg==\r\ne X (\r\nf LOGOUT\r\n';

test('what is decoded never depends on where the reads were cut', () => {
  fc.assert(
    fc.property(cutAnywhere(DIALOGUE), (chunks) => {
      expect(decode(chunks)).toEqual(decode([DIALOGUE]));
    }),
  );
});

test('any bytes decode alike however they are cut', () => {
  const alphabet = fc.constantFrom(
    'a',
    ' ',
    '\r',
    '\n',
    '(',
    ')',
    '{',
    '}',
    '1',
    '9',
    '+',
    '"',
    '\\',
    'ID',
    'NIL',
    '\0',
    '\xff',
  );
  const text = fc.array(alphabet, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      text.chain((bytes) => cutAnywhere(bytes)),
      (chunks) => {
        expect(decode(chunks)).toEqual(decode([chunks.join('')]));
      },
    ),
  );
  fc.assert(
    fc.property(anyBytesCut(2000), (chunks) => {
      expect(decode(chunks)).toEqual(decode([chunks.join('')]));
    }),
  );
});
