/**
 * The login process' side of a relay: its bytes go to the auth server as they came. Only its first line is read, and what
 * follows waits for the server's first line if the two may be of different series (auth-versions.ts).
 *
 *     hello -> passing                       a client of 2.3
 *           -> waiting -> passing            a client of 2.4, a server of 2.4
 *                      -> renaming           a client of 2.4, a server of 2.3
 */
import type { Outlet } from '@homing/io';
import { type AuthPeerFeatures, type ByteString, WireError } from '@homing/wire';
import { createRenamer, featuresOf } from './auth-versions.ts';

export type AuthClientSide = {
  readonly receive: (bytes: ByteString) => void;
  /** The connection to the auth server is there. */
  readonly connected: (auth: Outlet) => void;
  /** What the auth server can do. */
  readonly serverIs: (server: AuthPeerFeatures) => void;
  /** Tells the auth server to forget a request, as the client would: between two lines of the client's. */
  readonly cancel: (requestId: ByteString) => void;
  /** Of the client; undefined until its first line is there. */
  readonly features: () => AuthPeerFeatures | undefined;
};

/** How much of a client's input waits for the auth server. */
const EARLY_LIMIT = 65_536;

const LF = 0x0a;

/** A longer first line is no VERSION. */
const HELLO_LIMIT = 1024;

type State =
  /** `held`: not sent yet. */
  | { at: 'hello'; held: ByteString }
  | { at: 'waiting'; held: ByteString }
  /** `cancels`: wait for the end of the client's line. */
  | { at: 'passing'; isLineEnd: boolean; cancels: ByteString }
  | { at: 'renaming'; rename: Rename };

type Passing = Extract<State, { at: 'passing' }>;
type Rename = ReturnType<typeof createRenamer>;

/** Called with what a client can do. */
export type OnHello = (client: AuthPeerFeatures) => void;

/** `onTooLong`: the client sent a line longer than an auth server takes; of a client that passes unread nobody looks. */
export const createAuthClientSide = (client: Outlet, onTooLong: () => void, onHello: OnHello): AuthClientSide => {
  let state: State = { at: 'hello', held: '' };
  const { send, connected } = createEarlyQueue(client);
  let features: AuthPeerFeatures | undefined;
  let server: AuthPeerFeatures | undefined;

  const pass = (bytes: ByteString): void => {
    const passing: Passing = { at: 'passing', isLineEnd: true, cancels: '' };
    state = passing;
    passOn(passing, bytes);
  };
  const passOn = (passing: Passing, bytes: ByteString): void => {
    send(bytes);
    if (bytes !== '') passing.isLineEnd = bytes.charCodeAt(bytes.length - 1) === LF;
    if (!passing.isLineEnd || passing.cancels === '') return;
    send(passing.cancels);
    passing.cancels = '';
  };
  const takeHello = (bytes: ByteString): void => {
    const end = bytes.indexOf('\n') + 1;
    if (end === 0 && bytes.length < HELLO_LIMIT) {
      state = { at: 'hello', held: bytes };
      return;
    }
    features = featuresOf(bytes.slice(0, Math.max(0, end - 1)).replace(/\r$/, ''));
    onHello(features);
    if (!features.protocolKey) {
      pass(bytes);
      return;
    }
    send(bytes.slice(0, end));
    wait(bytes.slice(end));
  };
  const wait = (held: ByteString): void => {
    if (server === undefined) {
      state = { at: 'waiting', held };
      if (held.length > EARLY_LIMIT) client.pause();
    } else if (server.protocolKey) pass(held);
    else {
      const rename = createRenamer();
      state = { at: 'renaming', rename };
      sendRenamed(rename, held);
    }
  };
  const sendRenamed = (rename: Rename, bytes: ByteString): void => {
    try {
      send(rename(bytes));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      onTooLong();
    }
  };

  return {
    receive(bytes) {
      switch (state.at) {
        case 'passing':
          return passOn(state, bytes);
        case 'hello':
          return takeHello(state.held + bytes);
        case 'waiting':
          return wait(state.held + bytes);
        case 'renaming':
          return sendRenamed(state.rename, bytes);
      }
    },
    connected,
    serverIs(known) {
      server = known;
      if (state.at !== 'waiting') return;
      wait(state.held);
      client.resume();
    },
    cancel(requestId) {
      const line = `CANCEL\t${requestId}\n`;
      if (state.at !== 'passing') return send(line);
      state.cancels += line;
      passOn(state, '');
    },
    features: () => features,
  };
};

/** To the auth server, as soon as there is a connection to it; the client waits while much is queued. */
const createEarlyQueue = (
  client: Outlet,
): Pick<AuthClientSide, 'connected'> & { send: (bytes: ByteString) => void } => {
  let auth: Outlet | undefined;
  let early: ByteString = '';
  return {
    send: (bytes) => {
      if (bytes === '') return;
      if (auth !== undefined) {
        auth.send(bytes);
        if (auth.isFull()) client.pause();
        return;
      }
      early += bytes;
      if (early.length > EARLY_LIMIT) client.pause();
    },
    connected: (outlet) => {
      auth = outlet;
      outlet.send(early);
      early = '';
      client.resume();
    },
  };
};
