/**
 * A listener that the master holds: what is bound, and for sockets and fifos in the file system the knowledge whether
 * the file at the path is still ours. A Dovecot master that starts or reloads removes files in `login/`; `renew` puts
 * ours back. It never takes a path away from somebody who serves it.
 */
import { lstatSync, rmSync, type Stats } from 'node:fs';
import type { Socket } from 'node:net';
import { assertNever } from '@homing/wire';
import { openFifo } from './fifo.ts';
import { listenTcp } from './inet-listener.ts';
import { applyOwner, withMadeFile } from './made-file.ts';
import type { ServerHandle } from './server-handle.ts';
import type { FileOwner } from './socket-path.ts';
import { listenUnix } from './unix-listener.ts';

export type ListenerSpec =
  | { readonly kind: 'unix'; readonly path: string; readonly owner: FileOwner }
  | { readonly kind: 'fifo'; readonly path: string; readonly owner: FileOwner }
  | { readonly kind: 'inet'; readonly address: string; readonly port: number };

/** What is read: connections to accept, or the fifo itself. */
export type Bound =
  | { readonly at: 'handle'; readonly handle: ServerHandle }
  | { readonly at: 'fifo'; readonly fifo: Socket };

export type HeldListener = {
  readonly spec: ListenerSpec;
  readonly bound: Bound;
  /** For a file in the file system, now and when it is renewed. Throws `SocketPathError`. */
  changeOwner(owner: FileOwner): void;
  /**
   * `renewed`: the file was gone, `bound` is a new one and the old one is closed. `taken`: somebody else serves the path
   * (`why`), ours waits. Never rejects.
   */
  renew(): Promise<{ result: 'same' | 'renewed' } | { result: 'taken'; why: string }>;
  /** Closes, and removes the file if it is ours. */
  release(): void;
};

type Identity = { readonly dev: bigint; readonly ino: bigint; readonly birthtimeNs: bigint };

/** Throws `SocketPathError` or `ListenError`. */
export const holdListener = async (planned: ListenerSpec): Promise<HeldListener> => {
  let spec: ListenerSpec = planned;
  let bound = await bind(spec);
  let identity = identify(spec);
  return {
    get spec() {
      return spec;
    },
    get bound() {
      return bound;
    },
    changeOwner(owner) {
      if (spec.kind === 'inet') return;
      spec = { ...spec, owner };
      const { path } = spec;
      // One that was removed gets its owner when it is renewed.
      if (!sameFile(identity, identify(spec))) return;
      const isOurs = ({ dev, ino }: Stats): boolean => dev === Number(identity?.dev) && ino === Number(identity?.ino);
      withMadeFile(path, isOurs, (self, file) => applyOwner(path, self, file, owner));
    },
    async renew() {
      if (spec.kind === 'inet' || sameFile(identity, identify(spec))) return { result: 'same' };
      try {
        const next = await bind(spec);
        closeBound(bound);
        bound = next;
        identity = identify(spec);
        return { result: 'renewed' };
      } catch (error) {
        return { result: 'taken', why: error instanceof Error ? error.message : String(error) };
      }
    },
    release() {
      if (spec.kind !== 'inet' && sameFile(identity, identify(spec))) rmSync(spec.path, { force: true });
      closeBound(bound);
    },
  };
};

const bind = async (spec: ListenerSpec): Promise<Bound> => {
  switch (spec.kind) {
    case 'unix':
      return { at: 'handle', handle: await listenUnix(spec.path, spec.owner) };
    case 'fifo':
      return { at: 'fifo', fifo: openFifo(spec.path, spec.owner) };
    case 'inet':
      return { at: 'handle', handle: listenTcp(spec.address, spec.port) };
    default:
      return assertNever(spec);
  }
};

const closeBound = (bound: Bound): void => {
  if (bound.at === 'handle') bound.handle.close();
  else bound.fifo.destroy();
};

const identify = (spec: ListenerSpec): Identity | undefined =>
  spec.kind === 'inet' ? undefined : lstatSync(spec.path, { bigint: true, throwIfNoEntry: false });

/** The birth time tells a new file from an old one whose inode number was given out again. */
const sameFile = (a: Identity | undefined, b: Identity | undefined): boolean =>
  a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino && a.birthtimeNs === b.birthtimeNs;
