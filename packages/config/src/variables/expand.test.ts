import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digests } from '../testing/digests.ts';
import { type Escape, parsedTemplate, strictTemplate, type Variables } from './expand.ts';
import { TemplateError } from './template-error.ts';

const split = (user: string): Variables => {
  const values = new Map([
    ...['%u', 'user'].map((name) => [name, user] as const),
    ...['%n', 'username'].map((name) => [name, user.split('@')[0] ?? ''] as const),
    ...['%d', 'domain'].map((name) => [name, user.split('@')[1] ?? ''] as const),
    ['%a', '143'],
    ['%!', '3'],
    ['passdb:host', '10.1.1.1'],
    ['passdb:port:143', '143'],
    ['env:HOME', '/root'],
    ['env:NOSUCH', ''],
    ['empty', ''],
  ]);
  return (name) => values.get(name);
};

const expand = (text: string, variables: Variables, quote?: Escape): string =>
  strictTemplate(text, digests)(variables, quote);

const escapeQuotes: Escape = (value) => value.replace(/["'\\]/g, '\\$&');

const JOHN = 'John.Doe@Sub.Example.COM';

describe('values captured from Dovecot 2.3.19.1 (auth.md 11.2)', () => {
  test.each([
    ['%u', JOHN],
    ['%n|%d', 'John.Doe|Sub.Example.COM'],
    ['%4Nu', '2'],
    ['%2.256Nu', '3e'],
    ['%Hu', '4486bfd'],
    ['%-3u', 'Joh'],
    ['%1.2u', 'oh'],
    ['%Mu', '0d9b55db7ff02f3e20e488e7bfd44b7c'],
    ['%02.256Hu', 'fd'],
    ['%Xa', '8f'],
    ['%05a', '00143'],
    ['%Ru', 'MOC.elpmaxE.buS@eoD.nhoJ'],
    ['%Dd', 'Sub,dc=Example,dc=COM'],
    ['%{sha256:user}', 'c2057a092a6c9db3a224678a4361b533c7eade57d4abdc89d1c5537c79b25316'],
    ['%{md5;truncate=16:user}', '0d9b'],
  ])('%s', (template, expected) => {
    expect(expand(template, split(JOHN))).toBe(expected);
  });

  test.each([
    ['%Hu', '7c79'],
    ['%2.256Nu', '98'],
    ['%02.256Hu', '79'],
  ])('%s of x@y', (template, expected) => {
    expect(expand(template, split('x@y'))).toBe(expected);
  });
});

test.each([
  ['100%% %%u', '100% %u'],
  ['%Lu', 'john.doe@sub.example.com'],
  ['%1Mu', '0'],
  ['%0.-3u', 'John.Doe@Sub.Example.'],
  ['%-3.u', 'COM'],
  ['%0.-99u', JOHN],
  ['%LRn', 'eod.nhoj'],
  ['%!', '3'],
  ['%{passdb:host}', '10.1.1.1'],
  ['%{passdb:port:143}%{empty}', '143'],
  ['%{env:HOME}%{env:NOSUCH}', '/root'],
  ['%{if;%d;eq;Sub.Example.COM;yes;no}', 'yes'],
  ['%{if;%a;>;200;big}', ''],
  ['%{if;%u;*;*@Sub.*;%{if;%n;~;^J;both;one};none}', 'both'],
  ['%{if;%u;!~;[[\\:digit\\:]];no digit\\;;digit}', 'no digit;'],
  ['%{IF;%d;ne;;yes}', 'yes'],
  ['%{if;a];~;^[]ab]+$;yes;no}', 'yes'],
  ['%{if;-2;<;1;less}', 'less'],
  ['%{if;a;eq;a;b\\\\\\;c}', 'b;c'],
  ['%{pkcs5;rounds=1,truncate=300,format=base64:domain}', 'bx2Oq64y5tGSeL46WQpcmgyvWo6HO5NTbENBE4pqA6k='],
  ['%{size:user}', '0000000000000018'],
  ['%{md4:user}', '597e6893c1110b4e2a3b4e10aec2a3fd'],
  ['end %', 'end '],
])('%s', (template, expected) => {
  expect(expand(template, split(JOHN))).toBe(expected);
});

test.each([
  ['%{u}', "Unknown variable '%u'"],
  ['%{%u}', "Unknown variable '%%u'"],
  ['%x%y', "Unknown variable '%x'"],
  ['%x%{a}%{b}%y', "Unknown variable '%b'"],
  ['%{MD5:user}', "Unknown variable '%MD5'"],
  ['%{md5:nosuch}', "Unknown variable '%nosuch'"],
  ['%099999999u', 'Padding to 99999999 is more than 65536'],
  ['%{if;9223372036854775808;<;1;c}', 'if: 9223372036854775808 (lhs) is not a number'],
  ['%x', "Unknown variable '%x'"],
  ['%{nosuch}', "Unknown variable '%nosuch'"],
  ['%{nosuch:a}', "Unknown variable '%nosuch'"],
  ['%{md5;rounds=0:user}', 'Cannot parse hash arguments:rounds must be at least 1'],
  ['%{md5;format=hax:user}', "Cannot parse hash arguments:'hax' is not supported format"],
  ['%{if;a;eq}', 'if: requires four or five parameters, got 2'],
  ['%{if;a;=;b;c}', "if: Unsupported comparator '='"],
  ['%{if;a;<;1;c}', 'if: a (lhs) is not a number'],
  ['%{if;a;~;(;c}', /^if: regex failed: /],
])('%s is refused', (template, message) => {
  expect(() => expand(template, split(JOHN))).toThrow(TemplateError);
  expect(() => expand(template, split(JOHN))).toThrow(message);
});

test('a value is quoted before its modifiers, and never expanded again', () => {
  expect(expand("'%u'", split("o'%n"), escapeQuotes)).toBe("'o\\'%n'");
  expect(expand('%Ru', split('"a'), escapeQuotes)).toBe('a"\\');
});

test('what cannot be expanded leaves a mark in the text, or nothing', () => {
  const { text, error } = parsedTemplate('a%x-%{no:such}-%{md5:no}-%{if;a}-%n', digests)(split(JOHN));
  expect(text).toBe('aUNSUPPORTED_VARIABLE_x-UNSUPPORTED_VARIABLE_no---John.Doe');
  expect(error).toMatchObject({ code: 'bad-function', message: 'if: requires four or five parameters, got 1' });
});

test('any template either expands or throws TemplateError', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'%{}:;.-019LUNHMEu!\\ifmd5='.split('')) }),
      fc.string(),
      (template, user) => {
        try {
          expect(typeof expand(template, split(user))).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      },
    ),
  );
});

test('text without % stands for itself', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(expand(text.replaceAll('%', '%%'), () => undefined)).toBe(text);
    }),
  );
});
