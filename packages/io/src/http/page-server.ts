/**
 * Pages for monitoring, by GET or HEAD over HTTP/1.1: a request, an answer, and the connection is closed. Whoever asks for
 * more, or slowly, or with too many connections, is dropped.
 */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';

/** A page is made when it is asked for. */
export type Page = { readonly type: string; readonly body: () => string };

export type PageServer = {
  /** By path, as `/metrics`. */
  accept(socket: Socket): void;
};

const MAX_HEADER_BYTES = 8192;
const MAX_CONNECTIONS = 32;
/** From the first byte to the last. */
const LIFETIME_MS = 10_000;

export const createPageServer = (pages: ReadonlyMap<string, Page>): PageServer => {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    const { method = '', url = '' } = request;
    const page = pages.get(url.split('?', 1)[0] ?? '');
    const isRead = method === 'GET' || method === 'HEAD';
    const status = page === undefined ? 404 : isRead ? 200 : 405;
    const body = Buffer.from(status === 200 && page !== undefined ? page.body() : '');
    response.writeHead(status, {
      'Content-Type': page?.type ?? 'text/plain',
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    });
    response.end(method === 'HEAD' ? '' : body);
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  let connections = 0;
  return {
    accept(socket) {
      socket.on('error', () => {});
      if (connections >= MAX_CONNECTIONS) {
        socket.destroy();
        return;
      }
      connections++;
      const deadline = setTimeout(() => socket.destroy(), LIFETIME_MS).unref();
      socket.once('close', () => {
        clearTimeout(deadline);
        connections--;
      });
      server.emit('connection', socket);
    },
  };
};
