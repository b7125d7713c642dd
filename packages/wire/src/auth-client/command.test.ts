import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesFrom, readFixtures } from '../../testing/index.ts';
import { WireError } from '../line/errors.ts';
import { AuthCommandError, encodeAuthClientCommand, parseAuthClientCommand } from './command.ts';
import { createLocalEndReader, encodeRequestInfo, namesService, parseRequestInfo, serviceOf } from './request-info.ts';

const parseAuth = (line: string) => {
  const command = parseAuthClientCommand(line);
  if (command.cmd !== 'AUTH') throw new Error(`not AUTH: ${line}`);
  return { ...command, info: parseRequestInfo(command.params) };
};

test('AUTH as imap-login sends it', () => {
  const line =
    'AUTH\t1\tPLAIN\tservice=imap\tsecured\tsession=M25qqtJgUoB/AAAB\tlip=127.0.0.1\trip=127.0.0.2\tlport=21043\trport=32850\tresp=AGFsaWNlAGJhZA==';
  const { id, mechanism, info, resp } = parseAuth(line);
  expect({ id, mechanism, resp }).toEqual({ id: 1, mechanism: 'PLAIN', resp: 'AGFsaWNlAGJhZA==' });
  expect(info).toMatchObject({
    service: 'imap',
    secured: 'secured',
    session: 'M25qqtJgUoB/AAAB',
    lip: '127.0.0.1',
    rip: '127.0.0.2',
    lport: 21_043,
    rport: 32_850,
    realLip: '127.0.0.1',
    realRip: '127.0.0.2',
  });
  expect(encodeAuthClientCommand(parseAuth(line))).toBe(`${line}\n`);
});

test.each([
  ['2.4 says protocol=', 'protocol=pop3', { service: 'pop3' }],
  ['TLS', 'secured=tls', { secured: 'tls' }],
  ['any other value of secured', 'secured=x', { secured: 'secured' }],
  ['an address that is none is ignored', 'lip=zz', { lip: undefined, realLip: undefined }],
  ['IPv6 in another spelling', 'rip=2001:DB8::0001', { rip: '2001:db8::1', realRip: '2001:db8::1' }],
  [
    'the real address wins wherever it stands',
    'real_rip=10.0.0.1\trip=10.0.0.2',
    { rip: '10.0.0.2', realRip: '10.0.0.1' },
  ],
  ['a port that is none is ignored', 'lport=0\trport=65536', { lport: 0, rport: 0 }],
  ['forwarded fields are escaped twice', 'forward_fields=a=b\x01tc=d\x01te', { forwardFields: ['a=b', 'c=d', 'e'] }],
  ['values are unescaped', 'local_name=a\x01tb\x01nc', { localName: 'a\tb\nc' }],
  [
    'flags',
    'final-resp-ok\tno-penalty\tvalid-client-cert\tdebug',
    { finalRespOk: true, noPenalty: true, validClientCert: true, debug: true },
  ],
  [
    'where a referral points',
    'proxy_redirect_host_next=127.0.0.12:143\tproxy_redirect_host_attempts=127.0.0.11:143\tdestuser=a\x01tb\tproxy_timeout=30000',
    { redirectHostNext: '127.0.0.12:143', destuser: 'a\tb' },
  ],
  ['unknown parameters are ignored', 'ssl_ja3_hash=x\tfoo\t', { service: undefined }],
])('%s', (_, params, expected) => {
  expect(parseAuth(`AUTH\t1\tPLAIN\t${params}`).info).toMatchObject(expected);
});

test.each([
  ['none', 'AUTH\t1\tPLAIN\tservice=imap', undefined],
  ['empty', 'AUTH\t1\tPLAIN\tservice=imap\tresp=', ''],
  ['without =', 'AUTH\t1\tPLAIN\tservice=imap\tresp', ''],
  ['=', 'AUTH\t1\tPLAIN\tresp==', '='],
])('initial response: %s', (_, line, resp) => {
  expect(parseAuth(line).resp).toBe(resp);
});

test.each([
  ['1', '1'],
  ['4294967295', '4294967295'],
  ['007', '7'],
])('id %s is %s in replies', (given, id) => {
  expect(parseAuth(`AUTH\t${given}\tPLAIN`)).toMatchObject({ id: Number(id), idText: id });
});

test.each([
  ['AUTH\t0\tPLAIN', 'broken-auth'],
  ['AUTH\tx\tPLAIN', 'broken-auth'],
  ['AUTH\t1', 'broken-auth'],
  ['AUTH\t4294967296\tPLAIN', 'broken-auth'],
  ['AUTH\t1\tPLAIN\tresp=AA==\tlip=1.2.3.4', 'after-resp'],
  ['AUTH\t1\tPLAIN\tresp\tresp=', 'after-resp'],
  ['CONT\t7', 'broken-cont'],
  ['CONT\tx\tAAAA', 'broken-cont'],
  ['CANCEL\tx', 'broken-cancel'],
  ['CANCEL\t', 'broken-cancel'],
  ['', 'unknown'],
  ['auth\t1\tPLAIN', 'unknown'],
])('%j is refused', (line, fault) => {
  expect(() => parseAuthClientCommand(line)).toThrow(AuthCommandError);
  expect(() => parseAuthClientCommand(line)).toThrow(expect.objectContaining({ fault }));
});

describe('what Dovecot was sent', () => {
  test.each(
    ['auth-client', 'auth-client-2.4']
      .flatMap(readFixtures)
      .flatMap((fixture) => [...linesFrom(fixture, 'C', 1), ...linesFrom(fixture, 'C', 2)])
      .filter((line) => /^(?:AUTH\t[1-9]\d*\t\w+\t|CONT\t\d+\t|CANCEL\t\d)/.test(line) && !/\tresp=.*\t/.test(line)),
  )('%j reads and prints the same', (line) => {
    const command = parseAuthClientCommand(line);
    expect(parseAuthClientCommand(encodeAuthClientCommand(command).slice(0, -1))).toEqual(command);
  });
});

test('any bytes are a command or a WireError', () => {
  const anyLine = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('AUTH', 'CONT', 'CANCEL'), fc.array(fc.string({ unit: 'binary' })))
      .map(([word, rest]) => [word, ...rest].join('\t')),
  );
  fc.assert(
    fc.property(anyLine, (line) => {
      try {
        parseAuthClientCommand(line);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});

test('every command reads back as it was', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 });
  const command = fc.record({
    id: fc.integer({ min: 1, max: 0xffff_ffff }),
    service: text,
    session: text,
    localName: text,
    forwardFields: fc.array(
      text.filter((field) => !/^resp(?:=|$)/.test(field)),
      { minLength: 1 },
    ),
  });
  fc.assert(
    fc.property(command, ({ id, ...texts }) => {
      const { info, ...auth } = parseAuth(`AUTH\t${id}\tPLAIN\tservice=x\tlport=143\tresp=AA==`);
      const full = { ...info, ...texts };
      const line = encodeAuthClientCommand({ ...auth, params: encodeRequestInfo(full) }).slice(0, -1);
      expect(parseAuth(line)).toMatchObject({ id, resp: 'AA==', info: full });
    }),
  );
});

test.each([
  'service=imap',
  'service=imap\tsecured',
  'secured\tservice=imap',
  'service=imap\tservice=pop3',
  'service=imap\tprotocol=pop3',
  'service=a\x01tb\tsecured',
  'protocol=imap',
  'protocol=imap\tfinal-resp-ok\tsecured',
  'protocol=imap\tservice=pop3',
  'protocol=a\x01tb',
  'protocol',
  'service',
  'secured',
  '',
])('the service alone is the one that reading everything finds: %j', (params) => {
  expect(serviceOf(params)).toBe(parseRequestInfo(params).service);
  expect(namesService(params, parseAuth(`AUTH\t1\tPLAIN\t${params}`).places)).toBe(
    parseRequestInfo(params).service !== undefined,
  );
});

test.each([
  'service=imap\tlip=127.0.0.1\trip=127.0.0.2\tlport=143\trport=1',
  'service=imap\tlip=2001:DB8::1\tlport=143',
  'service=imap\tlip=127.0.0.1\tlip=zz\tlport=143',
  'service=imap\tlip=127.0.0.1\tlport=143\tlport=99999',
  'lip=127.0.0.1\tlport=143\tlip=127.0.0.2',
  'service=imap\tlip=127.0.0.1\tlport=0',
  'service=imap\tlip\tlport',
  'service=imap\tlip=127.0.0.1',
  'service=imap\trip=127.0.0.1',
  'service=imap\tl\x01ip=127.0.0.1',
  'service=imap\tlip=127.0.0.\x012',
  'service=imap\tlocal_name=a\x01tb\tlip=127.0.0.1\tlport=143',
  '',
])('the local end alone is the one that reading everything finds: %j', (params) => {
  const { places } = parseAuth(`AUTH\t1\tPLAIN\t${params}\tresp=`);
  const { lip, lport } = parseRequestInfo(params);
  const readLocalEnd = createLocalEndReader();
  // The second time from memory.
  for (let n = 0; n < 2; n++) expect(readLocalEnd(params, places)).toMatchObject({ lip, lport });
});

test('one pass over any parameters shows what reading all of them finds', () => {
  const value = fc.constantFrom('', '=', '=127.0.0.1', '=10.0.0.2', '=::1', '=zz', '=143', '=0', '=99999', '=a\x01tb');
  const key = fc.constantFrom(
    'service',
    'protocol',
    'lip',
    'lport',
    'rip',
    'rport',
    'forward_fields',
    'l\x01ip',
    'x',
    '',
  );
  const param = fc.tuple(key, value).map(([name, text]) => name + text);
  fc.assert(
    fc.property(fc.array(param, { maxLength: 6 }), fc.boolean(), (list, hasResp) => {
      const text = list.join('\t');
      const { params, places } = parseAuth(`AUTH\t1\tPLAIN\t${text}${hasResp ? '\tresp=AA==' : ''}`);
      const { lip, lport, service, forwardFields } = parseRequestInfo(text);
      expect(params).toBe(text);
      expect(createLocalEndReader()(params, places)).toMatchObject({ lip, lport });
      expect(namesService(params, places)).toBe(service !== undefined);
      expect(serviceOf(params)).toBe(service);
      if (forwardFields.length > 0) expect(places.hasForwardFields).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
