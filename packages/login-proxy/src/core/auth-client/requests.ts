/** Open requests to an auth server by id, and what its replies mean to them. */
import { assertNever, type ByteString, parseAuthReply, WireError } from '@homing/wire';
import type { ClientEvent } from '../client/event.ts';

export type AuthAnswer = Extract<ClientEvent, { on: 'auth-continue' | 'auth-ok' | 'auth-fail' | 'auth-lost' }>;

export type OpenRequest = { readonly startedAt: number; readonly answer: (answer: AuthAnswer) => void };

export type Requests = {
  /** A new id; never 0, never one in use. */
  add(request: OpenRequest): number;
  remove(id: number): void;
  readonly size: number;
  /** Takes a reply line; what it returns is wrong with it, for the log. `fatal`: the connection must go. */
  reply(line: ByteString): { readonly text: string; readonly fatal: boolean } | undefined;
  /** All at once, in order of their ids. */
  loseAll(): readonly OpenRequest[];
};

const LAST_ID = 0xffff_ffff;

export const createRequests = (): Requests => {
  const open = new Map<number, OpenRequest>();
  let lastId = 0;
  return {
    add(request) {
      do lastId = lastId === LAST_ID ? 1 : lastId + 1;
      while (open.has(lastId));
      open.set(lastId, request);
      return lastId;
    },
    remove: (id) => void open.delete(id),
    get size() {
      return open.size;
    },
    reply(line) {
      const reply = readReply(line);
      if (typeof reply === 'string') return { text: reply, fatal: true };
      const request = open.get(reply.id);
      // 2.4 confirms a CANCEL; we ask for the older dialogue, where a late reply to a cancelled request is normal too.
      if (reply.cmd === 'CANCELLED') return undefined;
      if (request === undefined) return { text: `Authentication server sent unknown id ${reply.id}`, fatal: false };
      switch (reply.cmd) {
        case 'CONT':
          request.answer({ on: 'auth-continue', data: reply.data });
          return undefined;
        case 'OK':
        case 'FAIL':
          open.delete(reply.id);
          request.answer({ on: reply.cmd === 'OK' ? 'auth-ok' : 'auth-fail', params: reply.params });
          return undefined;
        default:
          return assertNever(reply);
      }
    },
    loseAll() {
      const lost = [...open.values()];
      open.clear();
      return lost;
    },
  };
};

const readReply = (line: ByteString): ReturnType<typeof parseAuthReply> | string => {
  try {
    return parseAuthReply(line);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const word = line.split('\t', 1)[0] ?? '';
    return word === '' ? 'Auth server sent empty line' : `Auth server sent unknown response: ${word}`;
  }
};
