/** Sessions that login processes tell of, through a scripted ipc service. */
import { describe, expect, test } from 'vitest';
import { createPeer } from '../testing/peer.ts';
import { refusedConnect, startTestDirector } from '../testing/start.ts';

const HEADER = ':username\tservice\tsrc-ip\tdest-ip\tdest-port';
/** Their hashes say 10.2.0.11 and 10.2.0.13. */
const ALICE_ON_12 = `${HEADER}\n:alice\timap\t10.9.9.9\t10.2.0.12\t143\n+\n`;

const start = async (isRestart: boolean, answer: string, changed = {}) => {
  const ipc = createPeer((bytes) => (bytes.includes('LIST-FULL') ? answer : ''));
  const started = await startTestDirector(changed, { isRestart }, ipc);
  const client = await started.open(started.director.acceptAuth);
  return { ...started, ipc, client, ok: (user: string) => started.auth.outlet?.send(`OK\t1\tuser=${user}\tproxy\n`) };
};

const hosts = (received: string): string[] => [...received.matchAll(/host=(\S+)/g)].map(([, host = '']) => host);

/** Waiting logins are looked at in the next turn of the loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('sessions that login processes tell of', () => {
  test('one process is asked by its connection id, all by *', async () => {
    const { director, ipc } = await start(false, '');
    director.askSessions(7);
    director.askSessions('*');
    expect(ipc.received).toBe('proxy\t7\tLIST-FULL\nproxy\t*\tLIST-FULL\n');
  });

  test('their users stay where the sessions are', async () => {
    const { director, client, ok, logged } = await start(false, ALICE_ON_12);
    director.askSessions(7);
    ok('ALICE');
    expect([hosts(client.received), logged()]).toEqual([['10.2.0.12'], []]);
  });

  test('the name at the backend counts, without the master part', async () => {
    const list = `${HEADER}\tdestuser\n:tina\timap\t10.9.9.9\t10.2.0.12\t143\talice*admin\n+\n`;
    const { director, client, ok } = await start(false, list, { auth_master_user_separator: '*' });
    director.askSessions(7);
    ok('alice');
    ok('tina');
    expect(hosts(client.received)).toEqual(['10.2.0.12', '10.2.0.13']);
  });

  test('after a restart others wait until all have told', async () => {
    const { director, client, ok } = await start(true, ALICE_ON_12);
    ok('tina');
    director.askSessions(7);
    await turn();
    expect(hosts(client.received)).toEqual([]);
    ok('alice');
    expect(hosts(client.received)).toEqual(['10.2.0.12']);
    director.askSessions('*');
    await turn();
    expect(hosts(client.received)).toEqual(['10.2.0.12', '10.2.0.13']);
  });

  test('what came before a failure counts, and the failure is told', async () => {
    const { director, client, ok, logged } = await start(true, ALICE_ON_12.replace('+', '-gone'));
    director.askSessions('*');
    ok('alice');
    ok('tina');
    expect(hosts(client.received)).toEqual(['10.2.0.12', '10.2.0.13']);
    expect(logged()).toEqual(['Sessions of login processes are not known: gone']);
  });

  test('a list without a header is no list', async () => {
    const { director, logged } = await start(false, ':alice\timap\t10.9.9.9\t10.2.0.12\t143\n+\n');
    director.askSessions('*');
    expect(logged()).toEqual([
      'IPC proxy sent invalid input: list of sessions without a header',
      'Sessions of login processes are not known: Disconnected',
    ]);
  });

  test('no ipc service: two lines, and nobody waits', async () => {
    const { director, open, auth, logged } = await startTestDirector(
      {},
      { isRestart: true, connectIpc: refusedConnect },
    );
    const client = await open(director.acceptAuth);
    director.askSessions('*');
    await turn();
    auth.outlet?.send('OK\t1\tuser=tina\tproxy\n');
    expect(hosts(client.received)).toEqual(['10.2.0.13']);
    expect(logged()).toEqual([
      'connect(ipc) failed: Connection refused',
      'Sessions of login processes are not known: ipc connect failed',
    ]);
  });
});
