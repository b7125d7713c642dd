/** What the checker of `one-backend.ts` remembers. */
import type { Session } from './clients.ts';
import type { SimMember } from './member.ts';
import type { UserRecord } from './records.ts';
import type { MailUser } from './users.ts';
import { createViews, type Views } from './views.ts';

export type ExemptionReason = 'backends' | 'move' | 'expiry' | 'restart' | 'added' | 'flush';

type Phase = { at: 'cut' } | { at: 'healing'; until: number } | { at: 'whole' };

export type Checker = {
  readonly users: MailUser[];
  readonly views: Views;
  readonly exempt: Map<MailUser, ExemptionReason>;
  /** Directors disagreed about them since all were synced. */
  readonly disputed: Set<MailUser>;
  /** By director; of its present life. */
  readonly records: Map<SimMember, { readonly life: number; readonly of: Map<MailUser, UserRecord> }>;
  /** The life each director was in when all were synced last. */
  readonly syncedLives: Map<SimMember, number>;
  /** Directors that began while the ring was cut: whose signs of life, from when to when, they may have missed. Unix seconds. */
  readonly newcomers: Map<SimMember, { readonly life: number; readonly from: number; readonly to: number }>;
  /** Directors that were removed and taken back, until the ring is synced with them. */
  readonly added: Set<SimMember>;
  readonly leftOut: WeakSet<Session>;
  /** Mail hosts flushed or removed lately, and until when that may be on its way. */
  readonly flushed: Map<string, number>;
  /** Users who were exempt for it until all maps agreed about them: when, Unix seconds. */
  readonly flushedUsers: Map<MailUser, number>;
  phase: Phase;
  /** Exempt users on two mail hosts, those healed, and what is wrong. */
  splits: number;
  healed: number;
  readonly violations: string[];
};

export const createChecker = (): Checker => ({
  users: [],
  views: createViews(),
  exempt: new Map(),
  disputed: new Set(),
  records: new Map(),
  syncedLives: new Map(),
  newcomers: new Map(),
  added: new Set(),
  leftOut: new WeakSet(),
  flushed: new Map(),
  flushedUsers: new Map(),
  phase: { at: 'cut' },
  splits: 0,
  healed: 0,
  violations: [],
});
