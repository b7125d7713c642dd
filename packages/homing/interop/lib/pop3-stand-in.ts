/** A POP3 mail host that lets everybody in, on the same port of several loopback addresses. */
import { listenOnEach } from './on-each-address.ts';

export const startPop3StandIn = (ips: readonly string[], port: number): Promise<AsyncDisposable> =>
  listenOnEach(ips, port, (socket) => {
    socket.write('+OK stand-in\r\n');
    let rest = '';
    socket.setEncoding('latin1').on('data', (bytes: string) => {
      const lines = (rest + bytes).split('\r\n');
      rest = lines.pop() ?? '';
      socket.write('+OK\r\n'.repeat(lines.length));
    });
  });
