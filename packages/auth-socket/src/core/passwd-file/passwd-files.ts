/** What one `args` path stands for: a single passwd-file, or one for each value of its variables. */
import type { ByteString } from '@homing/wire';
import type { DriverDeps } from '../passdb/driver-deps.ts';
import type { Variables } from '../passdb/passdb.ts';
import { asFailure } from '../passdb/template-failure.ts';
import { compileTemplate, escapeQuotes, type Template } from '../template.ts';
import { createPasswdFile, type PasswdFile, type PasswdState } from './passwd-file.ts';
import { compilePath, hasVariables } from './passwd-path.ts';
import type { PasswdUser } from './passwd-user.ts';

export type PasswdUserLookup =
  | { result: 'found'; user: PasswdUser }
  | { result: 'user-unknown'; reason?: string }
  | { result: 'internal-failure'; cause: Error };

export type PasswdFiles = {
  lookup(variables: Variables, usernameFormat: Template): PasswdUserLookup;
  /** A userdb uses this path too. `isOnly`: no other userdb will answer, so missing entries are worth a line. */
  useAsUserdb(isOnly: boolean): void;
  /** Reads the file now, so that its errors are in the log at start; nothing to read where the path has variables. */
  load(): void;
  /** Undefined where the path has variables. */
  readonly single: PasswdFile | undefined;
};

/** One for each path, shared by all passdbs and userdbs that name it. */
export const passwdFilesOf = (path: string, deps: DriverDeps): PasswdFiles => {
  const known = deps.shared.passwdFiles.get(path);
  if (known !== undefined) return known;
  const files = createPasswdFiles(path, deps);
  deps.shared.passwdFiles.set(path, files);
  return files;
};

const createPasswdFiles = (path: string, deps: DriverDeps): PasswdFiles => {
  let asUserdb = false;
  let warnMissingUserdb = false;
  const { files, now, turnTime, log, uidOf, gidOf } = deps;
  const context = {
    files,
    now,
    turnTime,
    log,
    uidOf,
    gidOf,
    asUserdb: () => asUserdb,
    warnMissingUserdb: () => warnMissingUserdb,
  };
  const single = hasVariables(path) ? undefined : createPasswdFile(path.replaceAll('%%', '%'), context);
  const stateFor = single === undefined ? byVariables(path, context) : () => single.current();
  return {
    single,
    load() {
      const state = single?.current();
      if (state === undefined || state.at === 'loaded') return;
      const text = state.at === 'missing' ? `open(${path}) failed: No such file or directory` : state.cause.message;
      log.error('auth_passwd_file_failed', { path }, `passwd-file ${path}: ${text}`);
    },
    useAsUserdb(isOnly) {
      asUserdb = true;
      warnMissingUserdb = isOnly;
      single?.readAgain();
    },
    lookup(variables, usernameFormat) {
      try {
        const state = stateFor(variables);
        if (state.at === 'failed') return { result: 'internal-failure', cause: state.cause };
        if (state.at === 'missing') return missing(state.reason, single !== undefined);
        return find(state, usernameFormat(variables, escapeQuotes));
      } catch (error) {
        return asFailure('Failed to expand passwd-file path or username_format', error);
      }
    },
  };
};

/**
 * A file for each domain may well be missing; then nobody is known there. The one file of all users never is on purpose:
 * its users must not be told that their passwords are wrong, as Dovecot 2.3 does.
 */
const missing = (reason: string, isOnlyFile: boolean): PasswdUserLookup =>
  isOnlyFile ? { result: 'internal-failure', cause: new Error(reason) } : { result: 'user-unknown', reason };

const find = ({ users }: PasswdState & { at: 'loaded' }, name: ByteString): PasswdUserLookup => {
  const user = users.get(name);
  return user === undefined ? { result: 'user-unknown' } : { result: 'found', user };
};

/** Only files that exist are remembered, so made-up domains cost no memory. */
const byVariables = (path: string, context: Parameters<typeof createPasswdFile>[1]) => {
  const pathFor = compilePath(path);
  const open = new Map<string, PasswdFile>();
  return (variables: Variables): PasswdState => {
    const expanded = pathFor(variables);
    if (expanded === undefined) return { at: 'missing', reason: `passwd-file path ${path} would leave its directory` };
    const file = open.get(expanded) ?? createPasswdFile(expanded, context);
    const state = file.current();
    if (state.at === 'loaded') open.set(expanded, file);
    else open.delete(expanded);
    return state;
  };
};

export const defaultUsernameFormat: Template = compileTemplate('%u');
