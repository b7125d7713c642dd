/**
 * `login/director` and `director-userdb`: stands between a login process (or LMTP, doveadm) and the auth server. One auth
 * connection for each of ours, closed together. What the client sends goes through as it came, or as an auth server of an
 * older series reads it (auth-client-side.ts); of what the auth server sends only success lines are completed
 * (director/login-connection.c, auth-connection.c). Who does not read stops the one who writes to him: neither direction
 * piles up here.
 */
import type { Connect, Outlet, Protocol, ProtocolFactory } from '@homing/io';
import { AUTH_CLIENT_MAX_LINE, type ByteString, createLineDecoder, WireError } from '@homing/wire';
import { type AuthClientSide, createAuthClientSide, type OnHello } from './auth-client-side.ts';
import { featuresOf, lineForClient, withBareFlags } from './auth-versions.ts';
import { createCompletion } from './complete-line.ts';
import type { Runtime } from './runtime.ts';

export type AuthSocket = {
  readonly connect: Connect;
  /** For the log. */
  readonly path: string;
  /** It runs in this process and has logged already why it closes a connection. */
  readonly isOurs: boolean;
};

export type AuthSockets = { readonly login: AuthSocket; readonly userdb: AuthSocket };

const SUCCESS = { 'auth-login': 'OK\t', 'auth-userdb': 'PASS\t' } as const;

export const createAuthRelay = (
  runtime: Runtime,
  socket: 'auth-login' | 'auth-userdb',
  upstream: AuthSocket,
  onHello: OnHello = () => {},
): ProtocolFactory => {
  const complete = createCompletion(runtime);
  const isLogin = socket === 'auth-login';
  return (client) => {
    const { log } = runtime;
    const tooLong = (): void => lost(`BUG: Auth client sent us more than ${AUTH_CLIENT_MAX_LINE} bytes`);
    const side = createAuthClientSide(client, tooLong, onHello);
    let auth: Outlet | undefined;
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
        side.connected(outlet);
        const release = isLogin ? side.cancel : undefined;
        const completion: Completion = {
          success: SUCCESS[socket],
          complete: (line, now) => complete(line, client, now, release),
        };
        const reader = createReplyReader(runtime, completion, { client, side, auth: outlet }, upstream.isOurs, lost);
        return { ...reader, drained: () => client.resume(), readsWhenFull: true };
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (isOpen)
          log.error('director_auth_connect_failed', { socket }, `connect(${upstream.path}) failed: ${reason}`);
        close();
      });

    return {
      receive: side.receive,
      drained: () => auth?.resume(),
      end() {
        isOpen = false;
        auth?.close();
      },
    };
  };
};

type Completion = { success: string; complete: (line: ByteString, now: number) => ByteString };

/** The auth server's side. `onFailure`: it is gone, or its line is too long; without a reason it has told its own. */
const createReplyReader = (
  runtime: Runtime,
  { success, complete }: Completion,
  { client, side, auth }: { client: Outlet; side: AuthClientSide; auth: Outlet },
  isOurs: boolean,
  onFailure: (reason: string | undefined) => void,
): Pick<Protocol, 'receive' | 'end'> => {
  const lines = createLineDecoder(AUTH_CLIENT_MAX_LINE - 1);
  let isGreeted = false;
  let writesValues = false;
  const succeeded = (line: ByteString, now: number): ByteString =>
    complete(writesValues && side.features()?.protocolKey === false ? withBareFlags(line) : line, now);
  const passOn = (line: ByteString): ByteString => {
    if (!isGreeted) {
      isGreeted = true;
      const server = featuresOf(line);
      writesValues = server.protocolKey && !isOurs && success === SUCCESS['auth-login'];
      side.serverIs(server);
    }
    const seen = lineForClient(line, side.features());
    return seen === undefined ? '' : `${seen}\n`;
  };
  return {
    receive(bytes) {
      lines.push(bytes);
      const now = runtime.now();
      let replies = '';
      try {
        for (let line = lines.next(); line !== undefined; line = lines.next()) {
          replies += line.startsWith(success) ? succeeded(line, now) : passOn(line);
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
