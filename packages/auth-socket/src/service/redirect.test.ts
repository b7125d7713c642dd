/** What 2.4 asks when a backend sends a proxied user elsewhere. */
import { describe, expect, test } from 'vitest';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import { passdb, startTestAuth, type TestAuth } from '../testing/start.ts';

/** As imap-login 2.4.1 sends it (spec T15). */
const REDIRECT =
  'proxy_redirect_host_next=127.0.0.12:21511\tproxy_redirect_host_attempts=127.0.0.14:21530\tdestuser=alice\tproxy_timeout=30000';
const external = (id: number, params = REDIRECT): string =>
  `AUTH\t${id}\tEXTERNAL\tprotocol=imap\tfinal-resp-ok\tsecured\tsession=S\tlip=127.0.0.1\t${params}\n`;

const open = ({ server }: TestAuth, type: 'login' | 'client' = 'login'): TestPeer => {
  const peer = openPeer(server.serve(type, undefined));
  peer.send('VERSION\t1\t3\nCPID\t4242\n');
  peer.lines();
  return peer;
};

describe('EXTERNAL', () => {
  const ask = async (line: string): Promise<[string[], string[]]> => {
    await using auth = await startTestAuth({});
    const peer = open(auth);
    peer.send(line);
    await new Promise(setImmediate);
    return [peer.lines(), auth.logged()];
  };

  test.each([
    ['an address', REDIRECT, 'OK\t2\tuser=alice\tproxy\thost=127.0.0.12\tport=21511'],
    [
      'a name',
      REDIRECT.replace('127.0.0.12:', 'two.example:'),
      'OK\t2\tuser=alice\tproxy\thost=two.example\tport=21511\thostip=10.0.0.1',
    ],
    [
      'an IPv6 address as Dovecot writes it',
      REDIRECT.replace('127.0.0.12:', '2001:db8::1:'),
      'OK\t2\tuser=alice\tproxy\thost=2001:db8::1\tport=21511',
    ],
    [
      'forwarded fields come back, for the new backend',
      `forward_fields=a=b\t${REDIRECT}`,
      'OK\t2\tuser=alice\tforward_a=b\tproxy\thost=127.0.0.12\tport=21511',
    ],
  ])('%s', async (_, params, reply) => {
    expect(await ask(external(2, params))).toEqual([[reply], []]);
  });

  test.each([
    ['no port', 'proxy_redirect_host_next=127.0.0.12\tdestuser=a', 'invalid proxy_redirect_host_next: 127.0.0.12'],
    ['no host', 'proxy_redirect_host_next=:143\tdestuser=a', 'invalid proxy_redirect_host_next: :143'],
    ['no user', 'proxy_redirect_host_next=127.0.0.12:143', 'no destuser'],
  ])('%s', async (_, params, text) => {
    const [replies, logged] = await ask(external(2, params));
    expect(replies).toEqual([expect.stringMatching(/^FAIL\t2(?:\tuser=a)?$/)]);
    expect(logged).toEqual([expect.stringContaining(`Redirect: ${text}`)]);
  });

  test('a name that nobody knows is a temporary failure', async () => {
    const [replies] = await ask(external(2, REDIRECT.replace('127.0.0.12', 'nosuch.invalid')));
    expect(replies).toEqual(['FAIL\t2\tuser=alice\tcode=temp_fail']);
  });

  test('nobody gets in by it: the id is free at once, and no mail process finds the login', async () => {
    await using auth = await startTestAuth({});
    const peer = openPeer(auth.server.serve('login', undefined));
    peer.send(`VERSION\t1\t3\nCPID\t4242\n${external(2)}${external(2)}`);
    const lines = peer.lines();
    expect(lines.filter((line) => line.startsWith('OK\t2\t'))).toHaveLength(2);
    const cookie = lines.find((line) => line.startsWith('COOKIE'))?.split('\t')[1] ?? '';
    const master = openPeer(auth.server.serve('master', undefined));
    master.send(`VERSION\t1\t3\nREQUEST\t7\t4242\t2\t${cookie}\n`);
    expect(master.lines().slice(2)).toEqual(['FAIL\t7']);
  });

  test.each([
    ['where clients only authenticate', 'client', REDIRECT],
    ['without where to go', 'login', 'destuser=alice'],
    ['with it inside another value', 'login', 'client_id=a\x01tproxy_redirect_host_next=10.0.0.1:143'],
  ] as const)('%s it is a mechanism that is not offered', async (_, type, params) => {
    await using auth = await startTestAuth({});
    const peer = open(auth, type);
    peer.send(external(1, params));
    expect(peer.isClosed()).toBe(true);
    expect(auth.logged()).toEqual([expect.stringContaining('requested unsupported authentication mechanism EXTERNAL')]);
  });

  test('the same question where EXTERNAL is offered', async () => {
    await using auth = await startTestAuth({ settings: { auth_mechanisms: 'plain external' } });
    const peer = open(auth);
    peer.send(external(3));
    expect(peer.lines()).toEqual(['OK\t3\tuser=alice\tproxy\thost=127.0.0.12\tport=21511']);
  });
});

describe('PASS', () => {
  const ask = async (args: string, params: string): Promise<string[]> => {
    await using auth = await startTestAuth({ passdbs: [passdb({ args })] });
    const peer = openPeer(auth.server.serve('userdb', undefined));
    peer.send(`VERSION\t1\t3\nPASS\t1\talice\tprotocol=lmtp\tlip=127.0.0.1\tlport=24\t${params}\n`);
    await new Promise(setImmediate);
    return peer.lines().slice(2);
  };

  test.each([
    [
      'the passdb has no host',
      'nopassword=y proxy=y proxy_timeout=5',
      'PASS\t1\tuser=alice\tproxy\tproxy_timeout=5\thost=127.0.0.12\tport=21511',
    ],
    [
      'it has another one',
      'nopassword=y proxy=y host=be.example hostip=10.0.0.9 port=24',
      'PASS\t1\tuser=alice\tproxy\thost=127.0.0.12\tport=21511',
    ],
    ['the user is not proxied', 'nopassword=y', 'PASS\t1\tuser=alice'],
  ])('%s', async (_, args, reply) => {
    expect(await ask(args, REDIRECT)).toEqual([reply]);
  });

  test('back to ourselves: proxy_maybe makes it a local delivery', async () => {
    const here = REDIRECT.replace('127.0.0.12:21511', '127.0.0.1:24');
    expect(await ask('nopassword=y proxy_maybe=y host=10.0.0.9', here)).toEqual(['PASS\t1\tuser=alice']);
  });

  test('where to go cannot be read', async () => {
    expect(await ask('nopassword=y proxy=y', 'proxy_redirect_host_next=x')).toEqual(['FAIL\t1']);
  });
});
