/** Where the dialogue with an IMAP backend stands: what it knows of the backend, and which replies it awaits. */
import type { ByteString } from '@homing/wire';
import type { LegEffect } from './leg.ts';
import type { SaslState } from './sasl-client.ts';

/** In the order of `state=`. */
export const IMAP_SENT = ['id', 'starttls', 'capability', 'authenticate', 'auth-continue', 'login'] as const;
export type ImapSent = (typeof IMAP_SENT)[number];

export type ImapLegState = {
  readonly at: 'banner' | 'dialogue' | 'tls' | 'done';
  /** Commands whose replies are awaited. */
  readonly sent: ReadonlySet<ImapSent>;
  readonly received: 'none' | 'banner' | 'id' | 'starttls' | 'capability' | 'auth-continue' | 'login';
  readonly capability: ByteString | undefined;
  readonly saslIr: boolean;
  readonly loginDisabled: boolean;
  readonly askedCapability: boolean;
  readonly sasl: SaslState | undefined;
};

export type ImapStep = readonly [ImapLegState, readonly LegEffect[]];

export const imapLegStart: ImapLegState = {
  at: 'banner',
  sent: new Set(),
  received: 'none',
  capability: undefined,
  saslIr: false,
  loginDisabled: false,
  askedCapability: false,
  sasl: undefined,
};

export const withSent = (state: ImapLegState, command: ImapSent): ImapLegState => ({
  ...state,
  sent: new Set([...state.sent, command]),
});

export const withoutSent = (state: ImapLegState, ...commands: ImapSent[]): ImapLegState => ({
  ...state,
  sent: new Set([...state.sent].filter((command) => !commands.includes(command))),
});
