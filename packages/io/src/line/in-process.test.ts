import { expect, test } from 'vitest';
import { connectInProcess } from './in-process.ts';
import type { Outlet, ProtocolFactory } from './protocol.ts';

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
  await connectInProcess(server.factory)(client.factory);
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
  await connectInProcess(server)((outlet) => {
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
  await connectInProcess(server.factory)(client.factory);
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
  await connectInProcess(server.factory)(client.factory);
  server.outlet().pause();
  client.outlet().send('a');
  client.outlet().send('b');
  client.outlet().close();
  expect(server.events).toEqual([]);
  server.outlet().resume();
  expect(server.events).toEqual(['ab', '<end>']);
});
