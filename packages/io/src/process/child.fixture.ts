/** A child for tests: serves the handle it is given, answers on a connection it is given, and can be told to crash. */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { createMemoryLog } from '../log/log.ts';
import { serveProtocol } from '../socket/serve.ts';
import type { ServerHandle } from '../socket/server-handle.ts';

process.on('message', (message, handle) => {
  if (message === 'crash') process.kill(process.pid, 'SIGKILL');
  if (handle === undefined) return;
  if (handle instanceof Socket) {
    handle.once('data', (bytes: Buffer) => handle.end(`${process.pid} ${bytes.toString('latin1')}`));
    return;
  }
  const server = serveProtocol(
    handle as unknown as ServerHandle,
    (outlet) => ({ receive: (bytes) => outlet.send(`${process.pid} ${bytes}`), end: () => {} }),
    createMemoryLog(),
  );
  void server.then(() => {
    writeSync(2, 'serving\n');
    process.send?.({ on: 'serving', got: message });
  });
});
