/** Admin commands that wait for the ring; each session has at most one. */
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { WaitingAdmin } from './run-command.ts';

export type AdminWaits = {
  /** In the order they came. */
  readonly waiting: Set<WaitingAdmin>;
  readonly limits: Deadlines<WaitingAdmin>;
};

/** DOVEADM_CONNECTION_RING_SYNC_TIMEOUT_MSECS. */
const SYNC_TIMEOUT_MS = 30_000;

export const createAdminWaits = (): AdminWaits => ({
  waiting: new Set(),
  limits: createDeadlines(SYNC_TIMEOUT_MS),
});
