/** Success lines completed a second by the director alone: both its connections in this process, no system calls. */
import { connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { createDirector } from '../src/index.ts';
import { benchSettings } from './settings.ts';

const line = (id: number): string =>
  `OK\t${id}\tuser=user${id % 100_000}@example.com\tproxy\tport=143\tlip=127.0.0.1\tlport=143\tpass=pw\n`;

/** `window`: how many replies of the auth server come in one read. */
export const benchCompletion = async (window: number, requests = 500_000): Promise<{ requestsPerSecond: number }> => {
  const refused = (): Promise<never> => Promise.reject(new Error('not part of this benchmark'));
  const log = createMemoryLog('director');
  let auth: Outlet | undefined;
  const connectAuth = connectInProcess((outlet) => {
    auth = outlet;
    return { receive: () => undefined, end: () => undefined };
  }, log);
  await using director = await createDirector({
    settings: benchSettings,
    log,
    connectAuth: {
      login: { connect: connectAuth, path: '', isOurs: true },
      userdb: { connect: connectAuth, path: '', isOurs: true },
    },
    isRestart: false,
    connectIpc: refused,
    connectHost: () => () => Promise.reject(new Error('no probes')),
    resolve: refused,
    flush: { connect: () => refused, run: refused },
    now: () => performance.timeOrigin + performance.now(),
  });
  let completed = 0;
  await connectInProcess(
    director.acceptAuth,
    log,
  )(() => ({
    receive: (bytes) => {
      for (let at = bytes.indexOf('\n'); at !== -1; at = bytes.indexOf('\n', at + 1)) completed++;
    },
    end: () => undefined,
  }));
  const reads = Array.from({ length: Math.ceil(requests / window) }, (_, read) =>
    Array.from({ length: window }, (__, i) => line(read * window + i)).join(''),
  );
  const begin = performance.now();
  for (const read of reads) auth?.send(read);
  return { requestsPerSecond: (completed / (performance.now() - begin)) * 1000 };
};
