/** Login processes of 2.4: minor 3 before 2.4.4, minor 4 since. */
import { describe, expect, test } from 'vitest';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import { startTestAuth, type TestAuth } from '../testing/start.ts';

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
