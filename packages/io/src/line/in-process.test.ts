import { expect, test } from 'vitest';
import { createMemoryLog } from '../log/log.ts';
import { connectInProcess } from './in-process.ts';
import { OUTPUT_HIGH, type Outlet, type ProtocolFactory } from './protocol.ts';

const log = createMemoryLog();

/** Remembers everything that happens to it. */
const recorder = (greeting = '') => {
  const events: string[] = [];
  const outlets: Outlet[] = [];
  const factory: ProtocolFactory = (outlet) => {
    outlets.push(outlet);
    if (greeting !== '') outlet.send(greeting);
    return { receive: (bytes) => void events.push(bytes), end: () => void events.push('<end>') };
  };
  const outlet = (): Outlet => {
    const [first] = outlets;
    if (first === undefined) throw new Error('not connected');
    return first;
  };
  return { events, factory, outlet };
};

test('bytes sent before the other end exists arrive', async () => {
  const [client, server] = [recorder('from client'), recorder('from server')];
  await connectInProcess(server.factory, log)(client.factory);
  expect(client.events).toEqual(['from server']);
  expect(server.events).toEqual(['from client']);
});

test('neither side is re-entered: an answer waits until the question was handled', async () => {
  const order: string[] = [];
  const server: ProtocolFactory = (outlet) => ({
    receive(bytes) {
      order.push(`server begins ${bytes}`);
      outlet.send(`re:${bytes}`);
      order.push(`server ends ${bytes}`);
    },
    end: () => {},
  });
  await connectInProcess(
    server,
    log,
  )((outlet) => {
    outlet.send('1');
    return {
      receive(bytes) {
        order.push(`client begins ${bytes}`);
        if (bytes === 're:1') outlet.send('2');
        order.push(`client ends ${bytes}`);
      },
      end: () => {},
    };
  });
  expect(order.filter((line) => line.startsWith('server'))).toEqual([
    'server begins 1',
    'server ends 1',
    'server begins 2',
    'server ends 2',
  ]);
  expect(order.filter((line) => line.startsWith('client'))).toEqual([
    'client begins re:1',
    'client ends re:1',
    'client begins re:2',
    'client ends re:2',
  ]);
});

test('closing tells the other end once, after what was sent', async () => {
  const [client, server] = [recorder(), recorder()];
  await connectInProcess(server.factory, log)(client.factory);
  client.outlet().send('last words');
  client.outlet().close();
  client.outlet().close();
  client.outlet().send('too late');
  server.outlet().send('nobody listens');
  expect(server.events).toEqual(['last words', '<end>']);
  expect(client.events).toEqual([]);
});

test('a paused end gets everything when it goes on', async () => {
  const [client, server] = [recorder(), recorder()];
  await connectInProcess(server.factory, log)(client.factory);
  server.outlet().pause();
  client.outlet().send('a');
  client.outlet().send('b');
  client.outlet().close();
  expect(server.events).toEqual([]);
  server.outlet().resume();
  expect(server.events).toEqual(['ab', '<end>']);
});

test('who writes to a paused end gets no more work, and is told when it goes on', async () => {
  const events: string[] = [];
  let outlet: Outlet | undefined;
  const server: ProtocolFactory = (to) => {
    outlet = to;
    return {
      receive(bytes) {
        events.push(bytes);
        to.send('x'.repeat(OUTPUT_HIGH));
      },
      end: () => {},
      drained: () => void events.push('<drained>'),
    };
  };
  const client = recorder();
  await connectInProcess(server, log)(client.factory);
  client.outlet().pause();
  client.outlet().send('a');
  expect(outlet?.isFull()).toBe(true);
  client.outlet().send('b');
  expect(events).toEqual(['a']);
  client.outlet().resume();
  expect(events).toEqual(['a', '<drained>', 'b', '<drained>']);
  expect(outlet?.isFull()).toBe(false);
});

test('an end that reads while it is full', async () => {
  const events: string[] = [];
  const server: ProtocolFactory = (to) => {
    to.send('x'.repeat(OUTPUT_HIGH));
    return { receive: (bytes) => void events.push(bytes), end: () => {}, readsWhenFull: true };
  };
  const client = recorder();
  await connectInProcess(
    server,
    log,
  )((to) => {
    to.pause();
    return client.factory(to);
  });
  client.outlet().send('a');
  expect(events).toEqual(['a']);
});

test('a fault ends this connection at both ends and stays away from who sent', async () => {
  const ends: unknown[] = [];
  const client = recorder();
  const server: ProtocolFactory = () => ({
    receive() {
      throw new Error('boom');
    },
    end: (error) => void ends.push(error),
  });
  await connectInProcess(server, log)(client.factory);
  client.outlet().send('a');
  client.outlet().send('b');
  expect(ends).toEqual([new Error('boom')]);
  expect(client.events).toEqual(['<end>']);
  expect(log.entries).toMatchObject([{ level: 'panic', text: expect.stringContaining('boom') }]);
});
