/** Who becomes our left: spec/director.md T20, recorded from Dovecot 2.3.19.1. We are 127.0.0.1, our right is 127.0.0.4. */
import { expect, test } from 'vitest';
import { greeting, joining, startRingCore } from '../../testing/ring-core.ts';

const OTHERS = ['127.0.0.4', '127.0.0.5', '127.0.0.7', '127.0.0.9'];

const start = () => {
  const ring = startRingCore(OTHERS);
  const right = ring.accept();
  right?.say(...greeting('127.0.0.4', ring.seconds()), 'DONE');
  right?.heard();
  const join = (address: string) => {
    const peer = ring.connectFrom(address);
    if (peer === undefined) throw new Error('refused');
    peer.heard();
    peer.say(...greeting(address, ring.seconds()), ...joining);
    return peer;
  };
  return { ring, right, join };
};

const leftOf = ({ director }: ReturnType<typeof startRingCore>) => director.ring.left?.member?.ip;

test('the first to finish its handshake becomes left, and our SYNC goes right', () => {
  const { ring, right, join } = start();
  const five = join('127.0.0.5');
  expect(five.heard()).toEqual(['DONE']);
  expect(leftOf(ring)).toBe('127.0.0.5');
  expect(right?.heard().some((line) => line.startsWith('SYNC\\t127.0.0.1\\t21100\\t'))).toBe(true);
});

test('a nearer one waits until the left has followed CONNECT', () => {
  const { ring, join } = start();
  const five = join('127.0.0.5');
  five.heard();
  const nine = join('127.0.0.9');
  expect(five.heard()).toContain('CONNECT\\t127.0.0.9\\t21100');
  expect(nine.heard()).toContain('DONE');
  expect(leftOf(ring)).toBe('127.0.0.5');
  five.close();
  expect(leftOf(ring)).toBe('127.0.0.9');
});

test('a farther one is sent to our left, once that has shown that it lives', () => {
  const { ring, join } = start();
  const nine = join('127.0.0.9');
  const seven = join('127.0.0.7');
  expect(seven.heard()).not.toContain('CONNECT\\t127.0.0.9\\t21100');
  nine.say(`PONG\\t${ring.seconds()}\\t0`);
  expect(seven.heard()).toContain('CONNECT\\t127.0.0.9\\t21100');
  ring.wait(10_000);
  expect(seven.heard()).toContain('QUIT\\tTimeout waiting for disconnect after CONNECT');
  expect(ring.logged).toContain(
    'director(127.0.0.7:21100/in): Director 127.0.0.7:21100/in tried to connect to us, should use 127.0.0.9:21100 instead',
  );
});

test('a second connection of our left replaces the first', () => {
  const { ring, join } = start();
  const first = join('127.0.0.9');
  const second = join('127.0.0.9');
  expect(first.heard()).toContain('QUIT\\tReplacing with new incoming connection');
  expect(ring.director.ring.left?.id).toBe(second.id);
});

test('CONNECT to a farther director costs a second and ends at the same right', () => {
  const { ring, right } = start();
  right?.say('CONNECT\\t127.0.0.5\\t21100');
  ring.wait(999);
  expect(right?.isClosed()).toBe(false);
  ring.wait(1);
  expect(right?.heard()).toContain('QUIT\\tWrong CONNECT requested');
  expect(ring.connecting()).toEqual(['127.0.0.4']);
});

test('CONNECT to a nearer director is followed at once', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.4']);
  ring.refuse();
  ring.wait(1000);
  const right = ring.accept();
  right?.say(...greeting('127.0.0.4', ring.seconds()), 'DONE');
  right?.heard();
  right?.say('CONNECT\\t127.0.0.2\\t21100');
  expect(right?.heard()).toEqual(['QUIT\\tCONNECT requested']);
  expect(ring.connecting()).toEqual(['127.0.0.2']);
});

test('whoever sends us elsewhere before it is our right is left as well', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.4']);
  ring.refuse();
  ring.wait(1000);
  const out = ring.accept();
  out?.say(...greeting('127.0.0.4', ring.seconds()), 'CONNECT\\t127.0.0.2\\t21100');
  expect(out?.heard()).toContain('QUIT\\tCONNECT requested');
  expect(out?.isClosed()).toBe(true);
  expect(ring.connecting()).toEqual(['127.0.0.2']);
});

test("a director's name does not go round for ever", () => {
  const { ring, right, join } = start();
  const nine = join('127.0.0.9');
  right?.heard();
  const circle = (times: number): number => {
    for (let i = 0; i < times; i++) nine.say('DIRECTOR\\t127.0.0.7\\t21100');
    return right?.heard().filter((line) => line.startsWith('DIRECTOR')).length ?? 0;
  };
  expect([circle(10), circle(1000), circle(1000)]).toEqual([10, 10, 0]);
  ring.wait(1000);
  expect(circle(1000)).toBe(20);
});

test('nobody to connect to: a left is dead, and we serve alone', () => {
  const { ring, right, join } = start();
  const five = join('127.0.0.5');
  right?.close();
  for (let i = 0; i < OTHERS.length; i++) ring.refuse();
  expect(ring.director.ring.left?.id).toBe(five.id);
  // The right was there a moment ago, so it is looked for once more.
  ring.wait(1000);
  for (let i = 0; i < OTHERS.length; i++) ring.refuse();
  expect(five.heard()).toContain('QUIT\\tThis connection is dead?');
  expect(ring.director.ring.state).toBe('synced');
});

test('a new left hears of the users since the last one was heard of', () => {
  const { ring, join } = start();
  const five = join('127.0.0.5');
  five.heard();
  five.close();
  ring.wait(20_000);
  ring.director.hosts.tag('')?.users.add(7, 0, ring.seconds());
  ring.wait(20_000);
  const users = join('127.0.0.9')
    .heard()
    .filter((line) => line.startsWith('USER\\t7\\t'));
  expect(users).toHaveLength(1);
});
