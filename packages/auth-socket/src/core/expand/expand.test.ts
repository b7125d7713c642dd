import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Variables } from '../passdb/passdb.ts';
import { compileTemplate, escapeQuotes, expand } from './expand.ts';
import { TemplateError } from './template-error.ts';

const variables =
  (values: Record<string, string>): Variables =>
  (name) =>
    Object.hasOwn(values, name) ? values[name] : undefined;

const split = (user: string): Variables =>
  variables({
    user,
    username: user.split('@')[0] ?? '',
    domain: user.split('@')[1] ?? '',
    lport: '143',
    lip: '10.0.0.1',
    mech: 'PLAIN',
    orig_user: user,
    '!': '3',
    'passdb:host': '10.1.1.1',
    'env:HOME': '/root',
  });

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
  ['%{local_ip} %{mechanism} %{original_user}', `10.0.0.1 PLAIN ${JOHN}`],
  ['%!', '3'],
  ['%{passdb:host}', '10.1.1.1'],
  ['%{passdb:port:143}%{passdb:tag}', '143'],
  ['%{env:HOME}%{env:NOSUCH}', '/root'],
  ['%{if;%d;eq;Sub.Example.COM;yes;no}', 'yes'],
  ['%{if;%a;>;200;big}', ''],
  ['%{if;%u;*;*@Sub.*;%{if;%n;~;^J;both;one};none}', 'both'],
  ['%{if;%u;!~;[[\\:digit\\:]];no digit\\;;digit}', 'no digit;'],
  ['%{size:user}', '0000000000000018'],
  ['%{md4:user}', '597e6893c1110b4e2a3b4e10aec2a3fd'],
  ['end %', 'end '],
])('%s', (template, expected) => {
  expect(expand(template, split(JOHN))).toBe(expected);
});

test.each([
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

test('any template either expands or throws TemplateError', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'%{}:;.-019LUNHMEu!\\ifmd5='.split('')) }),
      fc.string(),
      (template, user) => {
        try {
          expect(typeof compileTemplate(template)(split(user))).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      },
    ),
  );
});

test('text without % stands for itself', () => {
  fc.assert(fc.property(fc.string(), (text) => expand(text.replaceAll('%', '%%'), () => undefined) === text));
});
