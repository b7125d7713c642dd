/**
 * A client's login without sockets: the decoder and the step function, with an auth server and a backend that answer at
 * once from a table. Output and effects are kept for the test to look at.
 */
import { settingTable } from '@homing/config';
import type { Mech } from '@homing/wire';
import { createClientDecoder } from '../src/core/client/decoder.ts';
import type { ClientEvent, Effect, Env } from '../src/core/client/event.ts';
import { nextEvent } from '../src/core/client/next-event.ts';
import type { LoginSettings } from '../src/core/client/settings.ts';
import { type ClientState, createClientState } from '../src/core/client/state.ts';
import { step } from '../src/core/client/step.ts';

export const MECHANISMS: readonly Mech[] = [
  { name: 'PLAIN', flags: ['plaintext'] },
  { name: 'LOGIN', flags: ['plaintext'] },
];

export const defaultSettings = (): LoginSettings =>
  Object.fromEntries(Object.entries(settingTable).map(([name, { fallback }]) => [name, fallback])) as LoginSettings;

export type Scene = {
  readonly protocol: 'imap' | 'pop3';
  readonly settings?: Partial<LoginSettings>;
  readonly secured?: boolean;
  readonly trusted?: boolean;
  readonly mechanisms?: readonly Mech[];
  /** What the auth server and the backend say to an effect; nothing if they take their time. */
  readonly answer?: (effect: Effect) => ClientEvent | undefined;
};

export type Rehearsal = {
  /** Feeds bytes; returns what the client gets. */
  send(bytes: string): string;
  happen(event: ClientEvent): string;
  /** All effects but sends, since the last look. */
  effects(): Effect[];
  readonly state: ClientState;
  now: number;
  isAuthUp: boolean;
};

/** 2026-11-22 03:00:00 UTC */
export const START = 1_795_316_400_000;

export const rehearse = (scene: Scene): Rehearsal => {
  const { protocol, trusted = false, mechanisms = MECHANISMS } = scene;
  const settings = { ...defaultSettings(), ...scene.settings };
  const endpoints = { lip: '127.0.0.1', rip: '127.0.0.2', lport: 143, rport: 50_000 };
  const secured = scene.secured ?? true;
  let state = createClientState({
    endpoints,
    real: endpoints,
    trusted,
    secured,
    tls: false,
    haproxy: undefined,
    connectedAt: START,
  });
  const decoder = createClientDecoder({ protocol, settings });
  let output = '';
  let others: Effect[] = [];
  const env = (): Env => ({
    protocol,
    settings,
    auth: self.isAuthUp ? { mechanisms, spid: 10, cuid: 11 } : undefined,
    now: self.now,
    hostname: 'px',
    host: () => undefined,
    pid: 42,
    listener: protocol,
    random: (count) => 'r'.repeat(count),
  });
  const apply = (event: ClientEvent): void => {
    const [next, effects] = step(state, event, env());
    state = next;
    for (const effect of effects) {
      if (effect.do === 'send') output += effect.bytes;
      else others.push(effect);
      const answer = scene.answer?.(effect);
      if (answer !== undefined) apply(answer);
    }
  };
  const readOn = (): string => {
    for (let next = nextEvent(state, decoder, env()); next; next = nextEvent(state, decoder, env())) apply(next);
    const said = output;
    output = '';
    return said;
  };
  const self: Rehearsal = {
    now: START,
    isAuthUp: true,
    send(bytes) {
      decoder.push(bytes);
      return readOn();
    },
    happen(event) {
      apply(event);
      return readOn();
    },
    effects() {
      const seen = others;
      others = [];
      return seen;
    },
    get state() {
      return state;
    },
  };
  return self;
};
