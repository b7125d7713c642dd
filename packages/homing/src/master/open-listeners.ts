/** Opens what is planned, and on reload only what is new. All or nothing: a failure leaves everything as it was. */
import { type HeldListener, holdListener, ListenError, type Log } from '@homing/io';
import type { PlannedListener } from '../plan/listener-plan.ts';

export type OpenListener = PlannedListener & { readonly held: HeldListener };
export type OpenListeners = ReadonlyMap<string, OpenListener>;

/** Rejects with the reason for the log, `service(auth): ...` in front. */
export const openListeners = async (
  planned: readonly PlannedListener[],
  current: OpenListeners,
  log: Log,
): Promise<OpenListeners> => {
  const next = new Map<string, OpenListener>();
  try {
    for (const listener of planned) {
      if (next.has(listener.id)) throw new Error(`duplicate listener: ${listener.id}`);
      const held = current.get(listener.id)?.held ?? (await holdOrSkip(listener, log));
      if (held !== undefined) next.set(listener.id, { ...listener, held });
    }
  } catch (error) {
    for (const [id, { held }] of next) if (!current.has(id)) held.release();
    throw error;
  }
  return next;
};

/** `undefined` for `::` where the kernel has no IPv6: `listen = *, ::` is the default and must work there too. */
const holdOrSkip = async (listener: PlannedListener, log: Log): Promise<HeldListener | undefined> => {
  const { spec, serviceName } = listener;
  try {
    return await holdListener(spec);
  } catch (error) {
    const text = `${serviceName}: ${error instanceof Error ? error.message : String(error)}`;
    if (
      error instanceof ListenError &&
      error.code === 'EAFNOSUPPORT' &&
      spec.kind === 'inet' &&
      spec.address === '::'
    ) {
      log.warning('listener_skipped', {}, `${text} - continuing without IPv6`);
      return undefined;
    }
    throw new Error(text, { cause: error });
  }
};

/** A reload may change the owner or mode of a socket that stays. Called when nothing can refuse it any more. */
export const adjustOwners = (listeners: OpenListeners, log: Log): void => {
  for (const { held, spec, serviceName } of listeners.values()) {
    if (spec.kind === 'inet') continue;
    try {
      held.changeOwner(spec.owner);
    } catch (error) {
      log.error('listener_owner', {}, `${serviceName}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
};

/** Closes those of `old` that are not in `next`. */
export const releaseListeners = (old: OpenListeners, next: OpenListeners = new Map()): void => {
  for (const [id, { held }] of old) if (!next.has(id)) held.release();
};
