/**
 * One attempt to log in to a backend: TCP, TLS, the protocol's dialogue, all within one timeout. On success the caller
 * owns the stream; on failure nothing is left open.
 */
import type { Duplex } from 'node:stream';
import {
  ConnectError,
  connectTcp,
  errorCode,
  networkErrorText,
  type Socket,
  startTls,
  type TlsClientContext,
  TlsError,
} from '@homing/io';
import type { ByteString, Referral } from '@homing/wire';
import type { Leg, LegTask, ProxyFailure } from '../../core/backend/leg.ts';
import type { ProxyTarget } from '../../core/backend/proxy-target.ts';
import { type DialogueEnd, type DialogueHooks, runDialogue } from './dialogue.ts';

export type AttemptTask<State> = {
  readonly target: ProxyTarget;
  readonly sourceIp: string | undefined;
  readonly leg: Leg<State>;
  readonly task: LegTask;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly verifyCertificate: boolean;
  /** Throws if the settings' certificates cannot be used. */
  readonly tlsContext: () => TlsClientContext;
  /** The parenthesis of failures that are about time: ` (after 3 secs, local=...)`. */
  readonly after: (local: string | undefined) => string;
  /** Seconds since the client connected. */
  readonly duration: () => number;
};

export type AttemptHooks = DialogueHooks & {
  connected(): void;
};

export type AttemptResult =
  | {
      readonly stream: Duplex;
      readonly sourcePort: number | undefined;
      readonly reply: ByteString;
      readonly capability: ByteString | undefined;
      readonly rest: ByteString;
      readonly bytesSent: number;
    }
  | { readonly redirect: Referral }
  | { readonly failure: ProxyFailure };

const TIMEOUT = new Error('timeout');

/** Rejects only with the signal's reason. */
export const attemptLogin = async <State>(
  attempt: AttemptTask<State>,
  hooks: AttemptHooks,
  signal: AbortSignal,
): Promise<AttemptResult> => {
  const abort = new AbortController();
  const timer = startTimer(attempt.timeoutMs, () => abort.abort(TIMEOUT));
  const give = (): void => abort.abort(signal.reason);
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  try {
    return await loginOnce(attempt, hooks, abort.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', give);
  }
};

/** Longer times than Node's timers know would end at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** 0 is no timeout. */
const startTimer = (ms: number, expired: () => void): NodeJS.Timeout | undefined =>
  ms === 0 ? undefined : setTimeout(expired, Math.min(ms, MAX_TIMER_MS));

type Progress<State> = { stream: Duplex; socket: Socket; state: State };

const loginOnce = async <State>(
  attempt: AttemptTask<State>,
  hooks: AttemptHooks,
  signal: AbortSignal,
): Promise<AttemptResult> => {
  const { target, sourceIp, leg, after } = attempt;
  const where = `connect(${target.ip}, ${target.port}) failed`;
  let socket: Socket;
  try {
    socket = await connectTcp({ ip: target.ip, port: target.port, sourceIp }, signal);
  } catch (error) {
    if (error === TIMEOUT) return connectFailure(`${where}: ${networkErrorText('ETIMEDOUT')}${after(sourceIp)}`);
    if (!(error instanceof ConnectError)) throw error;
    return connectFailure(`${where}: ${error.message}${after(error.local ?? sourceIp)}`);
  }
  hooks.connected();
  const local = `${socket.localAddress}:${socket.localPort}`;
  const progress: Progress<State> = { stream: socket, socket, state: leg.start };
  try {
    const result = await dialogues(attempt, progress, hooks, signal);
    if (!('stream' in result)) progress.stream.destroy();
    return result;
  } catch (error) {
    progress.stream.destroy();
    socket.destroy();
    if (error === TIMEOUT) {
      return connectFailure(`Login timed out in state=${leg.describe(progress.state)}${after(local)}`);
    }
    if (!(error instanceof TlsError)) throw error;
    if (error.isCertificate) return { failure: { code: 'internal-config', text: error.message } };
    return connectFailure(disconnected(attempt, progress.state, error.message));
  }
};

const connectFailure = (text: string): AttemptResult => ({ failure: { code: 'connect', text } });

const disconnected = <State>({ leg, duration }: AttemptTask<State>, state: State, error: string): string => {
  const reason = error === '' ? 'Connection closed' : `Connection closed: ${error}`;
  return `Disconnected by server: ${reason} (state=${leg.describe(state)}, duration=${duration()}s)`;
};

/** The dialogue, in two parts if TLS begins within it. */
const dialogues = async <State>(
  attempt: AttemptTask<State>,
  progress: Progress<State>,
  hooks: AttemptHooks,
  signal: AbortSignal,
): Promise<AttemptResult> => {
  const { leg, task } = attempt;
  const sourcePort = progress.socket.localPort;
  const onState = (state: State): void => {
    progress.state = state;
  };
  if (task.tls === 'immediate') {
    const failure = await beginTls(attempt, progress, signal);
    if (failure !== undefined) return { failure };
  }
  const run = (first: { on: 'tls' } | undefined): Promise<DialogueEnd<State>> =>
    abortable(runDialogue(progress.stream, leg, task, { state: progress.state, first }, { ...hooks, onState }), signal);
  let end = await run(undefined);
  if (end.end === 'start-tls') {
    const failure = await beginTls(attempt, progress, signal);
    if (failure !== undefined) return { failure };
    end = await run({ on: 'tls' });
  }
  if (end.end === 'redirect') return { redirect: end.to };
  if (end.end === 'failure') return { failure: end.failure };
  if (end.end === 'logged-in') {
    const { reply, capability, rest, bytesSent } = end;
    return { stream: progress.stream, sourcePort, reply, capability, rest, bytesSent };
  }
  const error = end.end === 'closed' && end.error !== undefined ? readError(end.error) : '';
  return connectFailure(disconnected(attempt, end.state, error));
};

const readError = (error: Error): string => `read(size=4096) failed: ${networkErrorText(errorCode(error))}`;

const beginTls = async <State>(
  { tlsContext, target, verifyCertificate }: AttemptTask<State>,
  progress: Progress<State>,
  signal: AbortSignal,
): Promise<ProxyFailure | undefined> => {
  let context: TlsClientContext;
  try {
    context = tlsContext();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { code: 'internal', text: `Failed to create SSL client context: ${reason}` };
  }
  const peer = { host: target.host, verify: verifyCertificate && !target.anyCert };
  progress.stream = await startTls(progress.socket, context, peer, signal);
  return undefined;
};

const abortable = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
