/**
 * The same input to Dovecot's auth server and to ours, both with the same configuration file: the same replies. What
 * depends on the protocol alone is replayed from protocol-fixtures/; this covers what depends on settings and fields.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameSites } from './auth/names.ts';
import { type SideBySide, startSideBySide } from './auth/side-by-side.ts';
import { site, siteUsers, unreadableUsers } from './auth/site.ts';
import { describeRequest, truthTableConfig, truthTableRequests } from './auth/truth-table.ts';
import { dovecotMissing } from './lib/dovecot.ts';

const missing = dovecotMissing();

describe.skipIf(missing !== undefined)(
  `beside Dovecot's auth server ${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    test('result rules: every cell of the table', async () => {
      await using both = await startSideBySide({ config: () => truthTableConfig });
      const { dovecot, homing } = await both.ask('client', truthTableRequests);
      const named = (replies: Readonly<Record<string, string>>): Record<string, string> =>
        Object.fromEntries(Object.entries(replies).map(([id, line]) => [describeRequest(id), line]));
      expect(named(homing)).toEqual(named(dovecot));
    });

    describe.each(Object.entries(nameSites))('names: %s', (_, config) => {
      test('AUTH, PASS and USER', async () => {
        await using both = await startSideBySide({ config: () => config });
        const names = [
          'Foo',
          'foo@Example.COM',
          'a+b@c',
          '@x',
          'x@',
          'a%b',
          'a/b',
          'M*n',
          'm@x*N@y',
          '*m',
          'm*',
          '\xe4\xc4',
          '',
        ];
        const auths = names.map((name, i) => {
          const resp = Buffer.from(`\0${name}\0p`, 'latin1').toString('base64');
          return `AUTH\t${i + 1}\tPLAIN\tservice=imap\tno-penalty\trip=10.0.0.1\tresp=${resp}`;
        });
        const lookups = names.flatMap((name, i) => [
          `PASS\t${i + 101}\t${name}\tservice=lmtp`,
          `USER\t${i + 201}\t${name}\tservice=lmtp`,
        ]);
        for (const [socket, lines] of [
          ['client', auths],
          ['userdb', lookups],
        ] as const) {
          const { dovecot, homing } = await both.ask(socket, lines);
          expect(homing).toEqual(dovecot);
        }
      });
    });

    describe('fields, names and users', () => {
      let both: SideBySide;
      beforeAll(async () => {
        both = await startSideBySide(site);
      });
      afterAll(() => both[Symbol.asyncDispose]());

      const FROM = 'secured\tsession=S1\tlip=127.0.0.1\trip=10.1.1.1\tlport=143\trport=5555';
      const same = async (socket: 'client' | 'login' | 'userdb', lines: readonly string[]): Promise<void> => {
        const { dovecot, homing } = await both.ask(socket, lines);
        expect(homing).toEqual(dovecot);
      };
      const plain = (authcid: string, password: string, authzid = ''): string =>
        Buffer.from(`${authzid}\0${authcid}\0${password}`, 'latin1').toString('base64');
      const auths = (requests: readonly string[], from = FROM): string[] =>
        requests.map((resp, i) => `AUTH\t${i + 1}\tPLAIN\tservice=imap\tno-penalty\t${from}\tresp=${resp}`);

      test.each(['client', 'login'] as const)('right password, %s socket', (socket) =>
        same(socket, auths(siteUsers.map((user) => plain(user, 'secret')))),
      );
      test.each(['client', 'login'] as const)('wrong password, %s socket', (socket) =>
        same(socket, auths(siteUsers.map((user) => plain(user, 'wrong')))),
      );
      test.each([
        ['nothing known of the client', 'forward_fields=a=b\x01tc=d'],
        ['IPv6', 'lip=::1\trip=2001:db8::5\tlport=143'],
        ['behind a proxy', 'rip=10.1.1.1\treal_rip=192.0.2.9\tlip=10.0.0.1\treal_lip=127.0.0.1\tlport=143'],
        ['bad addresses and ports', 'lip=zz\trip=1.2.3.4.5\tlport=0\trport=99999\tunknown=x\tsession='],
      ])('%s', (_, from) =>
        same(
          'login',
          auths(
            siteUsers.map((user) => plain(user, 'secret')),
            from,
          ),
        ),
      );

      test('names', () =>
        same(
          'client',
          auths([
            ...[
              'PLAIN',
              'Foo',
              'UPPER',
              'fo%o',
              'plain%x',
              'a b',
              '',
              '@',
              'x@y@z',
              'denied',
              'nosuch',
              '\xe4',
              'a\tb',
            ].map((name) => plain(name, 'secret')),
            plain('plain', 'sec\x01ret'),
            plain('plain', 'secret\n'),
            plain('plain', ''),
            Buffer.from('plain').toString('base64'),
            Buffer.from('\0plain').toString('base64'),
            Buffer.from('\0plain\0secret\0').toString('base64'),
          ]),
        ));

      test('master users', () =>
        same(
          'login',
          auths([
            plain('plain*admin', 'topsecret'),
            plain('admin', 'topsecret', 'plain'),
            plain('plain*admin', 'wrong'),
            plain('*admin', 'topsecret'),
            plain('plain*', 'topsecret'),
            plain('plain*plain', 'secret'),
            plain('ghost*admin', 'topsecret'),
            plain('ghost*check', 'topsecret'),
            plain('foo*check', 'topsecret'),
            plain('denied*check', 'topsecret'),
            plain('proxy*check', 'topsecret'),
            plain('proxynohost*check', 'topsecret'),
            plain('rename*check', 'topsecret'),
            plain('a b*admin', 'topsecret'),
            plain('nosuch*nosuch', 'x'),
            plain('plain', 'secret', 'plain'),
            plain('nosuch', 'secret', 'plain'),
          ]),
        ));

      test('other mechanisms', () => {
        const line = (id: number, rest: string): string => `AUTH\t${id}\t${rest}`;
        return same('login', [
          line(1, `ANONYMOUS\tservice=imap\tno-penalty\tresp=${Buffer.from('trace').toString('base64')}`),
          line(2, 'ANONYMOUS\tservice=imap\tno-penalty\tresp='),
          line(3, 'EXTERNAL\tservice=imap\tno-penalty\tresp='),
          line(4, 'EXTERNAL\tservice=imap\tno-penalty\tvalid-client-cert\tcert_username=nopw\tresp='),
          line(5, 'EXTERNAL\tservice=imap\tno-penalty\tvalid-client-cert\tcert_username=plain\tresp='),
          line(6, `PLAIN\tservice=imap\tno-penalty\tcert_username=foo\tresp=${plain('plain', 'secret')}`),
          line(7, 'LOGIN\tservice=imap\tno-penalty'),
          line(8, `LOGIN\tservice=imap\tno-penalty\tresp=${Buffer.from('a b').toString('base64')}`),
          line(9, `LOGIN\tservice=imap\tno-penalty\tresp=${Buffer.from('a\0b').toString('base64')}`),
          line(10, `PLAIN\tservice=imap\tno-penalty\tresp=${plain('anonymous', 'x')}`),
        ]);
      });

      test.each(['USER', 'PASS'])('%s', (command) =>
        same(
          'userdb',
          [
            ...siteUsers,
            ...unreadableUsers,
            'denied',
            'nosuch',
            'FOO',
            'a b',
            '',
            'plain*admin',
            'x*nosuch',
            'plain%y',
          ].map((user, i) => `${command}\t${i + 1}\t${user}\tservice=lmtp\tlip=127.0.0.1\tlport=143\trip=10.1.1.1`),
        ),
      );
      test('a stored password that cannot be read is a temporary failure', async () => {
        const { homing } = await both.ask('client', auths(unreadableUsers.map((user) => plain(user, 'secret'))));
        const expected = unreadableUsers.map((user, i) => [i + 1, `FAIL\t${i + 1}\tuser=${user}\tcode=temp_fail`]);
        expect(homing).toEqual(Object.fromEntries(expected));
      });
      test.each<[string, (socket: (name: 'client' | 'login' | 'userdb' | 'master') => string) => string[]]>([
        ['auth test', (socket) => ['auth', 'test', '-a', socket('client'), 'foo', 'secret']],
        ['auth test, wrong password', (socket) => ['auth', 'test', '-a', socket('client'), 'foo', 'wrong']],
        ['auth test, master', (socket) => ['auth', 'test', '-a', socket('client'), '-M', 'admin', 'foo', 'topsecret']],
        ['auth login', (socket) => ['auth', 'login', '-a', socket('login'), '-m', socket('master'), 'foo', 'secret']],
        ['auth lookup', (socket) => ['auth', 'lookup', '-a', socket('userdb'), 'proxy', 'plain']],
        ['auth lookup, nobody', (socket) => ['auth', 'lookup', '-a', socket('userdb'), 'denied']],
        ['auth cache flush', (socket) => ['auth', 'cache', 'flush', '-a', socket('master')]],
        ['user', (socket) => ['user', '-u', '-a', socket('userdb'), 'foo', 'nouserdb', 'a b']],
        ['user *', (socket) => ['user', '-a', socket('userdb'), 'nets*']],
      ])('doveadm %s', async (_, args) => {
        const { dovecot, homing } = await both.doveadm(args);
        expect(homing).toEqual(dovecot);
      });
      test('LIST', () => same('userdb', ['LIST\t1\tservice=doveadm']));
    });
  },
);
