/** Two ends of one TCP connection: `ours` as an accepted, paused socket, `theirs` as the peer has it. */
import { connect, createServer, type Socket } from 'node:net';

export const socketPair = async (): Promise<{ ours: Socket; theirs: Socket }> => {
  const server = createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  const theirs = connect(address.port, '127.0.0.1').on('error', () => undefined);
  const ours = await accepted;
  server.close();
  return { ours: ours.on('error', () => undefined), theirs };
};
