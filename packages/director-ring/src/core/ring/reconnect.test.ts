/** Whether we wait for others at the start. */
import { expect, test } from 'vitest';
import { START } from '../../testing/core.ts';
import { greeting, startRingCore } from '../../testing/ring-core.ts';
import { requestHost } from '../request/requests.ts';

/** A director that is there, but closes every connection; how long until we serve without it, in seconds. */
const waited = (ring: ReturnType<typeof startRingCore>): number => {
  const start = ring.now();
  while (ring.director.ring.state !== 'synced' && ring.now() < start + 100_000) {
    ring.accept()?.close();
    ring.wait(100);
  }
  return (ring.now() - start) / 1000;
};

test.each([
  [20, 21],
  [5, 6],
  [0, 1],
])('homing_director_look_time = %d: we serve alone within %d seconds', (seconds, limit) => {
  const time = waited(startRingCore(['127.0.0.2'], { homing_director_look_time: seconds }));
  expect(time).toBeGreaterThanOrEqual(seconds);
  expect(time).toBeLessThanOrEqual(limit + 0.5);
});

test('nobody is waited for who is not there', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.3']);
  ring.refuse();
  expect(ring.director.ring.state).toBe('handshaking');
  ring.refuse();
  expect(ring.director.ring.state).toBe('synced');
  expect(ring.logged.at(-1)).toBe("director: Couldn't connect to right side, we must be the only director left");
});

test('directors that do not answer are tried beside one another', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
  ring.wait(1500);
  expect(ring.connecting()).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
  ring.wait(4999);
  expect(ring.director.ring.state).toBe('handshaking');
  ring.wait(1);
  expect(ring.director.ring.state).toBe('synced');
});

const me = greeting('127.0.0.4', START / 1000);

test.each<[string, string[]]>([
  ['takes the connection and says nothing', []],
  ['says its version alone', me.slice(0, 1)],
  ['says who it is and no more', me],
])('whoever %s is waited for 5 s while we start', (_, lines) => {
  const ring = startRingCore(['127.0.0.4']);
  const login = requestHost(ring.director, 'tina', '', ring.now());
  ring.accept()?.say(...lines);
  ring.wait(4999);
  expect([login.result, ring.director.ring.state]).toEqual(['wait', 'handshaking']);
  ring.wait(1);
  expect(ring.director.ring.state).toBe('synced');
  expect(ring.effects.filter((effect) => effect.do === 'answer')).toHaveLength(1);
});

test('once in a ring a neighbour gets as long as upstream gives it', () => {
  const ring = startRingCore(['127.0.0.4']);
  ring.refuse();
  ring.wait(10_000);
  const silent = ring.accept();
  ring.wait(9999);
  expect(silent?.isClosed()).toBe(false);
  ring.wait(1);
  expect(silent?.isClosed()).toBe(true);
  expect(ring.director.ring.state).toBe('synced');
});

test('another is tried beside one that has not said who it is, and gives way to it', () => {
  const ring = startRingCore(['127.0.0.3', '127.0.0.4']);
  const near = ring.accept();
  ring.wait(499);
  expect(ring.connecting()).toEqual([]);
  ring.wait(1);
  expect(ring.connecting()).toEqual(['127.0.0.4']);
  const far = ring.accept();
  far?.say(...me, 'DONE');
  expect(ring.director.ring.right?.member?.ip).toBe('127.0.0.4');
  near?.say(...greeting('127.0.0.3', START / 1000), 'DONE');
  expect(ring.director.ring.right?.member?.ip).toBe('127.0.0.3');
  expect(far?.heard().at(-1)).toBe('QUIT\\tReplacing with 127.0.0.3:21100');
});

test('nobody is tried beside one that has said who it is', () => {
  const ring = startRingCore(['127.0.0.3', '127.0.0.4']);
  ring.accept()?.say(...greeting('127.0.0.3', START / 1000));
  ring.wait(4000);
  expect(ring.connecting()).toEqual([]);
});

/** What 127.0.0.4 answers to each connection of ours, and 127.0.0.3 if it is there; how often we connect in 100 s. */
const attempts = (lines: readonly string[], third?: readonly string[]) => {
  const ring = startRingCore(third === undefined ? ['127.0.0.4'] : ['127.0.0.3', '127.0.0.4']);
  let count = 0;
  for (let ms = 0; ms < 100_000; ms += 100) {
    for (let [name] = ring.connecting(); name !== undefined && count < 1000; [name] = ring.connecting()) {
      count++;
      ring.accept()?.say(...(name === '127.0.0.3' && third !== undefined ? third : lines));
    }
    ring.wait(100);
  }
  return { count, state: ring.director.ring.state };
};

test.each<[string, string[]]>([
  ['quits', [...me, 'QUIT\\tnot you']],
  ['quits when it is our right', [...me, 'DONE', 'QUIT\\tnot you']],
  ['is somebody else', greeting('127.0.0.9', START / 1000)],
  ['is of another time', ['VERSION\\tdirector\\t2\\t9']],
  ['hashes in another way', [...me, 'OPTIONS\\tx']],
  ['breaks the grammar', [...me, 'USER']],
])('whoever %s is asked again every second for a while, then we serve alone', (_, lines) => {
  const { count, state } = attempts(lines);
  expect(count).toBeLessThan(30);
  expect(state).toBe('synced');
});

test('two that send us to one another, or one to itself, do not keep us running', () => {
  const connect = (address: string) => `CONNECT\\t${address}\\t21100`;
  expect(attempts([...me, connect('127.0.0.4')]).count).toBeLessThan(110);
  const third = [...greeting('127.0.0.3', START / 1000), connect('127.0.0.4')];
  expect(attempts([...me, connect('127.0.0.3')], third).count).toBeLessThan(220);
});
