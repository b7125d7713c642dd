/**
 * `login/director` and `director-userdb`: stands between a login process (or LMTP, doveadm) and the auth server. One auth
 * connection for each of ours, closed together. What the client sends goes through as it came; of what the auth server
 * sends only success lines are looked at (director/login-connection.c, auth-connection.c). Who does not read stops the
 * one who writes to him: neither direction piles up here.
 */
import type { Connect, Outlet, Protocol, ProtocolFactory } from '@homing/io';
import { AUTH_CLIENT_MAX_LINE, type ByteString, createLineDecoder, WireError } from '@homing/wire';
import { type CompleteLine, createCompletion } from './complete-line.ts';
import type { Runtime } from './runtime.ts';

export type AuthSocket = {
  readonly connect: Connect;
  /** It runs in this process and has logged already why it closes a connection. */
  readonly isOurs: boolean;
};

export type AuthSockets = { readonly login: AuthSocket; readonly userdb: AuthSocket };

const SUCCESS = { 'auth-login': 'OK\t', 'auth-userdb': 'PASS\t' } as const;

/** How much of a client's input waits for the auth connection to open. */
const EARLY_LIMIT = 65_536;

export const createAuthRelay = (
  runtime: Runtime,
  socket: 'auth-login' | 'auth-userdb',
  upstream: AuthSocket,
): ProtocolFactory => {
  const completion = { success: SUCCESS[socket], complete: createCompletion(runtime) };
  return (client) => {
    const { log } = runtime;
    let auth: Outlet | undefined;
    let early: ByteString = '';
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      client.close();
      auth?.close();
    };

    const lost = (failure: string | undefined): void => {
      if (!isOpen) return;
      if (failure !== undefined) log.error('director_auth_disconnected', {}, failure);
      close();
    };

    upstream
      .connect((outlet) => {
        auth = outlet;
        if (!isOpen) outlet.close();
        outlet.send(early);
        early = '';
        client.resume();
        const reader = createReplyReader(runtime, completion, { client, auth: outlet }, upstream.isOurs, lost);
        return { ...reader, drained: () => client.resume(), readsWhenFull: true };
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (isOpen) log.error('director_auth_connect_failed', { socket }, `connect(${socket}) failed: ${reason}`);
        close();
      });

    return {
      receive(bytes) {
        if (auth !== undefined) {
          auth.send(bytes);
          if (auth.isFull()) client.pause();
          return;
        }
        early += bytes;
        if (early.length > EARLY_LIMIT) client.pause();
      },
      drained: () => auth?.resume(),
      end() {
        isOpen = false;
        auth?.close();
      },
    };
  };
};

/** The auth server's side. `onFailure`: it is gone, or its line is too long; without a reason it has told its own. */
const createReplyReader = (
  runtime: Runtime,
  { success, complete }: { success: string; complete: CompleteLine },
  { client, auth }: { client: Outlet; auth: Outlet },
  isOurs: boolean,
  onFailure: (reason: string | undefined) => void,
): Pick<Protocol, 'receive' | 'end'> => {
  const lines = createLineDecoder(AUTH_CLIENT_MAX_LINE - 1);
  return {
    receive(bytes) {
      lines.push(bytes);
      const now = runtime.now();
      let replies = '';
      try {
        for (let line = lines.next(); line !== undefined; line = lines.next()) {
          replies += line.startsWith(success) ? complete(line, client, now) : `${line}\n`;
        }
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        client.send(replies);
        onFailure(`BUG: Auth server sent us more than ${AUTH_CLIENT_MAX_LINE} bytes`);
        return;
      }
      client.send(replies);
      if (client.isFull()) auth.pause();
      runtime.settle();
    },
    end() {
      onFailure(isOurs ? undefined : 'Auth server disconnected unexpectedly');
    },
  };
};
