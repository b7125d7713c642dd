/** Login processes of 2.4: minor 3 before 2.4.4, minor 4 since. */
import { describe, expect, test } from 'vitest';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import { passdb, startTestAuth, type TestAuth, userdb } from '../testing/start.ts';

const HELLO = 'VERSION\t1\t2\nCPID\t4242\n';
const resp = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const auth = (id: number, params = 'service=imap'): string =>
  `AUTH\t${id}\tPLAIN\t${params}\tresp=${resp('\0alice\0secret')}\n`;

const open = (server: TestAuth, type: 'login' | 'client', hello: string): TestPeer => {
  const peer = openPeer(server.server.serve(type, undefined));
  peer.send(hello);
  peer.lines();
  return peer;
};

describe('2.4 clients', () => {
  test('say protocol= and get CANCELLED for every CANCEL', async () => {
    await using server = await startTestAuth({});
    const peer = open(server, 'login', 'VERSION\t1\t4\nCPID\t1\n');
    peer.send(`${auth(1, 'protocol=imap\tfinal-resp-ok')}CANCEL\t1\nCANCEL\t99\n`);
    expect(peer.lines()).toEqual(['OK\t1\tuser=alice', 'CANCELLED\t1', 'CANCELLED\t99']);
    peer.send(auth(1));
    expect(peer.lines()).toEqual(['OK\t1\tuser=alice']);
  });

  test.each(['1\t2', '1\t3'])('minor %s: CANCEL is silent', async (version) => {
    await using server = await startTestAuth({});
    const peer = open(server, 'login', `VERSION\t${version}\nCPID\t1\n`);
    peer.send('AUTH\t1\tPLAIN\tservice=imap\nCANCEL\t1\nCANCEL\t2\n');
    expect(peer.lines()).toEqual(['CONT\t1\t']);
  });

  test.each([
    ['VERSION\t1\t3', 'OK\t1\tuser=alice'],
    ['VERSION\t1\t2', 'FAIL\t1\tcode=invalid_base64\treason=Invalid base64 data in continued response'],
  ])('%s: parameters behind the payload of CONT', async (version, reply) => {
    await using server = await startTestAuth({});
    const peer = open(server, 'client', `${version}\nCPID\t1\n`);
    peer.send(`AUTH\t1\tPLAIN\tservice=imap\nCONT\t1\t${resp('\0alice\0secret')}\tchannel_binding=AAAA\n`);
    expect(peer.lines()).toEqual(['CONT\t1\t', reply]);
  });

  test('CR before LF is dropped', async () => {
    await using server = await startTestAuth({});
    const peer = open(server, 'client', HELLO.replaceAll('\n', '\r\n'));
    peer.send(auth(1).replace('\n', '\r\n'));
    expect(peer.lines()).toEqual(['OK\t1\tuser=alice']);
  });
});

describe('lookups and mail processes of 2.4', () => {
  const master = (server: TestAuth, type: 'master' | 'userdb', version: string): TestPeer => {
    const peer = openPeer(server.server.serve(type, undefined));
    peer.send(version);
    peer.lines();
    return peer;
  };

  test('several lookups are under way at once, and answered as they are known', async () => {
    const fields = 'nopassword=y proxy=y host=%u';
    await using server = await startTestAuth({ passdbs: [passdb({ args: fields })] });
    const peer = master(server, 'userdb', 'VERSION\t1\t4\r\n');
    const ask = (id: number, user: string): string => `PASS\t${id}\t${user}\tprotocol=doveadm\r\n`;
    peer.send(`${ask(3657170945, 'two.example')}${ask(2, '10.0.0.9')}`);
    const known = 'PASS\t2\tuser=10.0.0.9\tproxy=y\thost=10.0.0.9';
    expect(peer.lines()).toEqual([known]);
    await new Promise(setImmediate);
    expect(peer.lines()).toEqual(['PASS\t3657170945\tuser=two.example\tproxy=y\thost=two.example\thostip=10.0.0.1']);
  });

  test.each([
    ['1\t3', '\tlocal_name=mail.example'],
    ['1\t1', ''],
    ['1', ''],
  ])('VERSION %j: the name that the client came to', async (version, told) => {
    await using server = await startTestAuth({ userdbs: [userdb({ args: 'allow_all_users=yes uid=5000 gid=5000' })] });
    const login = openPeer(server.server.serve('login', undefined));
    login.send(`VERSION\t1\t3\nCPID\t4242\n${auth(1, 'protocol=imap\tlocal_name=mail.example')}`);
    const cookie =
      login
        .lines()
        .find((line) => line.startsWith('COOKIE'))
        ?.split('\t')[1] ?? '';
    const peer = master(server, 'master', `VERSION\t${version}\n`);
    peer.send(`REQUEST\t7\t4242\t1\t${cookie}\tsession_pid_trusted\n`);
    expect(peer.lines()).toEqual([`USER\t7\talice\tuid=5000\tgid=5000\tauth_mech=PLAIN${told}`]);
  });
});
