/** For tests: the other end of one connection to anvil or ipc. */
import { connectInProcess, createMemoryLog, type Outlet, type ProtocolFactory } from '@homing/io';

export type Peer = { heard(): string; say(bytes: string): void; hangUp(): void; isClosed(): boolean };

export const connectTo = async (factory: ProtocolFactory): Promise<Peer> => {
  let heard = '';
  let isClosed = false;
  let outlet: Outlet | undefined;
  await connectInProcess(
    factory,
    createMemoryLog(),
  )((to) => {
    outlet = to;
    return {
      receive: (bytes) => {
        heard += bytes;
      },
      end: () => {
        isClosed = true;
      },
    };
  });
  return {
    heard: () => heard,
    say: (bytes) => outlet?.send(bytes),
    hangUp: () => outlet?.close(),
    isClosed: () => isClosed,
  };
};
