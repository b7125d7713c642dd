/** What happens to a client, and what is to be done about it. Effects run in order. */
import type { Variables } from '@homing/config';
import type { LogFields, LogLevel } from '@homing/io';
import type { ByteString, ImapInput, Mech, Pop3Input, RequestInfo, SaslLine } from '@homing/wire';
import type { ClientReferral, ProxyErrorCode } from '../proxy-login.ts';
import type { DisconnectClass } from './replies.ts';
import type { LoginSettings } from './settings.ts';
import type { ClientState, TlsFacts } from './state.ts';

export type ClientEvent =
  | { on: 'auth-ready' }
  /** There is input, but no auth server. */
  | { on: 'auth-missing' }
  | { on: 'imap'; input: ImapInput }
  | { on: 'pop3'; input: Pop3Input }
  | { on: 'sasl-line'; line: SaslLine }
  | { on: 'auth-continue'; data: ByteString }
  | { on: 'auth-ok'; params: readonly ByteString[] }
  | { on: 'auth-fail'; params: readonly ByteString[] }
  /** The auth connection broke with the request open. */
  | { on: 'auth-lost' }
  | { on: 'proxied'; reply: ByteString; capability: ByteString | undefined }
  | {
      on: 'proxy-failed';
      code: ProxyErrorCode;
      reply: ByteString | undefined;
      referral?: ClientReferral | undefined;
    }
  | { on: 'tls-up'; facts: TlsFacts; localName: ByteString | undefined }
  /** `error`: `SSL_accept() failed: ...`, or empty. */
  | { on: 'tls-failed'; error: string }
  | { on: 'timeout'; timer: 'login' | 'waiting' }
  /** The client closed, or its connection broke; `reason` as Dovecot words it. */
  | { on: 'gone'; reason: string }
  | { on: 'stop'; kind: DisconnectClass; reason: string }
  | { on: 'kick'; reason: string };

export type Effect =
  | { do: 'send'; bytes: ByteString }
  | { do: 'authenticate'; mechanism: ByteString; info: RequestInfo; resp: ByteString | undefined }
  | { do: 'respond'; data: ByteString }
  | { do: 'cancel' }
  | { do: 'proxy'; fields: ReadonlyMap<ByteString, ByteString> }
  /** Stop a proxy login that runs. */
  | { do: 'abandon' }
  | { do: 'start-tls' }
  | { do: 'relay' }
  | { do: 'arm-waiting'; ms: number }
  | { do: 'disarm-waiting' }
  | LogEffect
  | { do: 'close' };

export type LogEffect = { do: 'log'; level: LogLevel; event: string; text: string; fields: LogFields };

export type AuthServer = { readonly mechanisms: readonly Mech[]; readonly spid: number; readonly cuid: number };

/** What the outside knows at the time of the event. */
export type Env = {
  readonly protocol: 'imap' | 'pop3';
  readonly settings: LoginSettings;
  /** Undefined while not connected to it. */
  readonly auth: AuthServer | undefined;
  /** Unix milliseconds, with a fraction where the clock has one. */
  readonly now: number;
  readonly hostname: string;
  readonly pid: number;
  /** `%{hostname}`, `%{env:NAME}` and the like. */
  readonly host: Variables;
  readonly listener: string;
  /** `count` random bytes. */
  readonly random: (count: number) => ByteString;
};

export type Step = readonly [ClientState, readonly Effect[]];

export const send = (bytes: ByteString): Effect => ({ do: 'send', bytes });
