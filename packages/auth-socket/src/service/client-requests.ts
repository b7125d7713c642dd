/**
 * AUTH, CONT and CANCEL of one client-type connection (auth-request-handler.c). A request that is answered at once on an
 * authentication-only socket is never stored.
 */
import type { Log } from '@homing/io';
import {
  type ByteString,
  decodeBase64,
  namesService,
  parseRequestInfo,
  type ReceivedAuth,
  serviceOf,
  WireError,
} from '@homing/wire';
import type { Auth } from '../core/chain/auth.ts';
import { type AuthRequest, createAuthRequest, infoOf } from '../core/request/auth-request.ts';
import { takeStep } from '../core/request/authenticate.ts';
import { logRequestDebug, logRequestError, logRequestInfo, printable } from '../core/request/request-log.ts';
import { mechRedirect } from '../core/sasl/mech-redirect.ts';
import type { Mechanism } from '../core/sasl/mechanism.ts';
import { createAnswers } from './client-answers.ts';
import { hidePasswords } from './hide-passwords.ts';
import { createLiveRequests, type Live } from './live-requests.ts';
import { createQuota } from './quota.ts';
import { type Generation, logsLines, type World } from './world.ts';

export type RequestsOwner = {
  /** 0 on authentication-only sockets. */
  readonly pid: number;
  readonly authOnly: boolean;
  readonly emptyResponse: boolean;
  readonly channelBinding: boolean;
  readonly cancelled: boolean;
  readonly send: (line: ByteString) => void;
};

export type ClientRequests = {
  /** The words of the log if the peer broke the protocol: the connection has to be closed. */
  readonly auth: (command: ReceivedAuth) => string | undefined;
  readonly cont: (id: number, data: ByteString) => void;
  readonly cancel: (id: number) => void;
  /** For REQUEST: the request leaves, whatever its state is. */
  readonly take: (id: number) => AuthRequest | undefined;
  readonly count: () => number;
  readonly expire: (now: number) => void;
  /** The connection is gone: nothing is sent any more. */
  readonly abort: () => void;
};

/** Of one connection: twice what a large login process has clients. */
const MAX_REQUESTS = 20_000;

const BAD_BASE64 = '\tcode=invalid_base64';

/** Numbers of enum auth_request_state, for the log. */
const STATE = { working: 1, waiting: 2, finished: 3 } as const;

export const createClientRequests = (owner: RequestsOwner, world: World): ClientRequests => {
  const { env, clients } = world;
  let isOver = false;
  const send = (line: ByteString): void => {
    if (isOver) return;
    if (logsLines(world)) {
      env.log.debug('auth_client_reply', {}, `client passdb out: ${hidePasswords(line.slice(0, -1))}`);
    }
    owner.send(line);
  };
  const quota = createQuota(MAX_REQUESTS, world.requests);
  const onBusy = (isBusy: boolean): void => (isBusy ? clients.watch(requests) : clients.unwatch(requests));
  const live = createLiveRequests(env.now, onBusy, quota);
  const answers = createAnswers({ authOnly: owner.authOnly, send, quota }, live, world);

  /** `data` undefined: the client sent no initial response. */
  const feed = (entry: Live, data: ByteString | undefined, isFirst: boolean): void => {
    const { request, mechanism } = entry;
    if (data !== undefined && !mechanism.allowsNul && data.includes('\0')) {
      logRequestDebug(env.log, request, 'mech', 'Unexpected NUL in auth data');
      answers.settle(entry, { is: 'failed' });
      return;
    }
    const step = isFirst ? mechanism.begin(request, data) : mechanism.proceed(request, data ?? '');
    answers.settle(entry, takeStep(request, step, env));
  };

  const requests: ClientRequests = {
    auth(command) {
      const mechanism = mechanismFor(command, owner, world.current());
      if (mechanism === undefined) return unsupported(command.mechanism);
      const { id } = command;
      const auth = authOf(command, world.current());
      if (auth === undefined) return "didn't specify service in request";
      if (live.get(id) !== undefined) return `sent a duplicate ID ${id}`;
      const request = createAuthRequest({
        id,
        idText: command.idText,
        auth,
        info: { text: command.params, places: command.places },
        mechanism: mechanism.name,
        authOnly: owner.authOnly,
        clientPid: owner.pid,
      });
      const refusal = takeCertificate(request);
      const data = initialResponse(command.resp, owner.emptyResponse);
      if (!quota.admits()) answers.refuse(request, '\tcode=temp_fail', 'Too many requests are under way');
      else if (refusal !== undefined) answers.refuse(request, '', refusal);
      else if (data === 'invalid') answers.refuse(request, BAD_BASE64, 'Invalid base64 data in initial response');
      else feed({ request, mechanism, at: 'working', touched: 0 }, data?.bytes, true);
      return undefined;
    },
    cont(id, text) {
      const entry = live.get(id);
      if (entry === undefined) return send(`FAIL\t${id}\treason=Authentication request timed out\n`);
      if (entry.at !== 'waiting') return answers.refuse(entry.request, '', 'Unexpected continuation');
      const data = base64(owner.channelBinding ? withoutParams(text) : text);
      if (data === undefined) {
        return answers.refuse(entry.request, BAD_BASE64, 'Invalid base64 data in continued response');
      }
      feed(entry, data, false);
    },
    cancel(id) {
      live.drop(id);
      if (owner.cancelled) send(`CANCELLED\t${id}\n`);
    },
    take(id) {
      const entry = live.get(id);
      live.drop(id);
      return entry?.request;
    },
    count: live.count,
    expire(now) {
      for (const entry of live.takeIdle(now)) logTimeout(entry, owner.pid, now, env.log);
    },
    abort() {
      isOver = true;
      live.clear();
    },
  };
  return requests;
};

/** Undefined if the client named no service; which one matters only if some service has settings of its own. */
const authOf = ({ params, places }: ReceivedAuth, { isUniform, authFor }: Generation): Auth | undefined => {
  if (isUniform) return namesService(params, places) ? authFor(undefined) : undefined;
  const service = serviceOf(params);
  return service === undefined ? undefined : authFor(service);
};

const mechanismFor = (
  { mechanism: name, params }: ReceivedAuth,
  { authOnly }: RequestsOwner,
  { mechanismNamed }: Generation,
): Mechanism | undefined => {
  if (name === 'EXTERNAL' && !authOnly && parseRequestInfo(params).redirectHostNext !== undefined) return mechRedirect;
  return mechanismNamed(name);
};

const unsupported = (name: ByteString): string =>
  `requested unsupported authentication mechanism ${printable(name, 64)}`;

const logTimeout = ({ request, at, touched }: Live, pid: number, now: number, log: Log): void => {
  const secs = Math.floor((now - touched) / 1000);
  if (at === 'waiting') {
    const text = `Request timed out waiting for client to continue authentication (${secs} secs)`;
    logRequestInfo(log, request, 'mech', text);
    return;
  }
  const text = `Request ${pid}.${request.id} timed out after ${secs} secs, state=${STATE[at]}`;
  logRequestError(log, request, 'mech', text);
};

/** The error that refuses the request, or undefined. */
const takeCertificate = (request: AuthRequest): string | undefined => {
  if (!request.auth.asksForCertificate) return undefined;
  const { settings } = request.auth;
  const info = infoOf(request);
  if (settings.auth_ssl_username_from_cert && info.certUsername !== '') {
    request.user = info.certUsername;
    request.hasCertUser = true;
  }
  if (!settings.auth_ssl_require_client_cert) return undefined;
  if (!info.validClientCert) return "Client didn't present valid SSL certificate";
  return settings.auth_ssl_username_from_cert && !request.hasCertUser
    ? "SSL certificate didn't contain username"
    : undefined;
};

/** Undefined: none. `=` is how SASL profiles spell an empty one, and some clients forward it. */
const initialResponse = (
  resp: ByteString | undefined,
  emptyIsResponse: boolean,
): { bytes: ByteString } | undefined | 'invalid' => {
  if (resp === undefined || (resp === '' && !emptyIsResponse)) return undefined;
  if (resp === '' || resp === '=') return { bytes: '' };
  const bytes = base64(resp);
  return bytes === undefined ? 'invalid' : { bytes };
};

/** Only 2.4 has parameters behind the payload, none of which we ask for; `#` in its place means that there is none. */
const withoutParams = (text: ByteString): ByteString => {
  const payload = text.split('\t', 1)[0] ?? '';
  return payload === '#' ? '' : payload;
};

const base64 = (text: ByteString): ByteString | undefined => {
  try {
    return decodeBase64(text);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
};
