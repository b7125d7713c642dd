/** Replies for a director, and what must not reach anybody else. */
import { describe, expect, test } from 'vitest';
import { openPeer } from '../testing/peer.ts';
import { passdb, startTestAuth } from '../testing/start.ts';
import type { SocketFile } from './auth-server-options.ts';

const FILE: SocketFile = { path: '/run/dovecot/auth-userdb', mode: 0o600, uid: 0, gid: 0 };
const ROOT = { pid: 77, uid: 0, gid: 0 };

describe('PASS with proxy and without host', () => {
  const ask = async (params: string, file?: SocketFile, behind = false, args = 'nopassword=y proxy=y') => {
    await using auth = await startTestAuth({
      settings: { homing_auth_behind_director: behind },
      passdbs: [passdb({ args })],
    });
    const peer = openPeer(auth.server.serve('userdb', file), ROOT);
    peer.send(`VERSION\t1\t3\r\nPASS\t3657170945\talice\t${params}\r\n`);
    await new Promise(setImmediate);
    return { replies: peer.lines().slice(2), logged: auth.logged() };
  };
  const REPLY = 'PASS\t3657170945\tuser=alice\tproxy=y';
  const FAIL = 'FAIL\t3657170945\tcode=temp_fail';

  test.each([
    ['LMTP 2.4 over a socket', 'protocol=lmtp', FILE, FAIL],
    ['LMTP 2.3 over a socket', 'service=lmtp', FILE, FAIL],
    ['doveadm, which says itself what is wrong', 'protocol=doveadm', FILE, REPLY],
    ['our director', 'protocol=lmtp', undefined, REPLY],
  ])('%s', async (_, params, file, reply) => {
    const { replies, logged } = await ask(params, file);
    expect(replies).toEqual([reply]);
    expect(logged).toEqual(reply === FAIL ? [expect.stringContaining('proxy without host would make LMTP')] : []);
  });

  test.each([
    ['another director asks', true, 'nopassword=y proxy=y', REPLY],
    ['a host without a value', false, 'nopassword=y proxy=y host=', 'FAIL\t3657170945'],
    ['a host', false, 'nopassword=y proxy=y host=10.0.0.1', `${REPLY}\thost=10.0.0.1`],
  ])('%s', async (_, behind, args, reply) => {
    expect((await ask('protocol=lmtp', FILE, behind, args)).replies).toEqual([reply]);
  });
});

test('a mechanism without a password: pass and master are what the passdb says', async () => {
  await using auth = await startTestAuth({
    settings: { auth_mechanisms: 'external', auth_ssl_username_from_cert: true },
    passdbs: [passdb({ args: 'nopassword=y proxy=y pass=shared master=proxy' })],
  });
  const peer = openPeer(auth.server.serve('login', undefined));
  const params = 'protocol=imap\tsecured=tls\tvalid-client-cert\tcert_username=alice\tresp=';
  peer.send(`VERSION\t1\t3\nCPID\t4242\nAUTH\t1\tEXTERNAL\t${params}\n`);
  expect(peer.lines().at(-1)).toContain('\tproxy\tpass=shared\tmaster=proxy');
});

describe('director_proxy_maybe', () => {
  test('tells the director what it needs, and the login stays until the director takes it', async () => {
    await using auth = await startTestAuth({ passdbs: [passdb({ args: 'password=secret director_proxy_maybe=y' })] });
    const peer = openPeer(auth.server.serve('login', undefined));
    const resp = Buffer.from('\0alice\0secret').toString('base64');
    const login = `AUTH\t1\tPLAIN\tprotocol=imap\tlip=10.0.0.2\tlport=143\tresp=${resp}\n`;
    peer.send(`VERSION\t1\t3\nCPID\t4242\n${login}`);
    const reply = 'OK\t1\tuser=alice\tdirector_proxy_maybe=y\tlip=10.0.0.2\tlport=143\tpass=secret';
    expect(peer.lines().at(-1)).toBe(reply);
    peer.send(`CANCEL\t1\n${login}`);
    expect(peer.lines()).toEqual([reply]);
    expect(peer.isClosed()).toBe(false);
  });
});
