/**
 * The 1.x section `auth default { }`. The block itself vanishes; inside it
 *
 *   debug = yes                         auth_debug = yes
 *   passdb passwd-file { }              passdb { driver = passwd-file }
 *   socket listen { master { path } }   service auth { unix_listener path { } }
 */
import { escapeName } from '../../language/quote.ts';
import { descend, open } from '../../layer/place.ts';
import { ValueError } from '../../types/setting.ts';
import { applyBegin, applySet, setPath } from '../apply.ts';
import { type Loading, positionOf } from '../loading.ts';
import { noteObsolete } from './note.ts';

export const isInAuthSection = ({ old }: Loading): boolean => old.depth === 1;

export const beginAuthSection = (loading: Loading): void => {
  noteObsolete(loading, 'add auth_ prefix to all settings inside auth {} and remove the auth {} section completely');
  loading.old.depth = 1;
};

const beginSocket = (loading: Loading, name: string, arg: string): boolean => {
  const { old } = loading;
  if (name === 'socket' && old.depth === 2) {
    if (arg === 'connect') {
      noteObsolete(loading, 'socket connect {} is no longer supported, configure external auth server separately');
    }
    if (arg !== 'listen') return false;
    old.listenDepth++;
    return true;
  }
  if (old.listenDepth > 0) old.listenDepth++;
  if ((name !== 'master' && name !== 'client') || old.listenDepth !== 2) return false;
  old.isMaster = name === 'master';
  return true;
};

/** A block inside the section. Whether it needs nothing more. @throws ValueError */
export const beginInAuthSection = (loading: Loading, name: string, arg: string): boolean => {
  const { old } = loading;
  old.socket = {};
  old.depth++;
  if ((name === 'passdb' || name === 'userdb') && old.depth === 2) {
    noteObsolete(loading, `${name} ${arg} {} has been replaced by ${name} { driver=${arg} }`);
    applyBegin(loading, name, '');
    applySet(loading, 'driver', { from: 'text', text: arg });
    return true;
  }
  return beginSocket(loading, name, arg);
};

/** `path`, `mode`, `user`, `group` of the socket that is open. */
export const setInSocket = ({ old }: Loading, key: string, value: string): boolean => {
  if (old.listenDepth !== 2 || !['path', 'mode', 'user', 'group'].includes(key)) return false;
  old.socket[key] = value;
  return true;
};

const checkedPath = ({ old }: Loading): string => {
  const { path } = old.socket;
  if (path === undefined) throw new ValueError('socket listen {} is missing path');
  const prefix = `${old.baseDir}/`;
  const relative = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  const isMasterPath = relative.endsWith('-master') || relative.endsWith('-userdb');
  if (old.isMaster === isMasterPath) return relative;
  throw new ValueError(
    old.isMaster
      ? 'socket listen { master { path=.. } } must end with -master (or -userdb) suffix'
      : 'socket listen { client { path=.. } } must end not with -master or -userdb suffix',
  );
};

const applySocket = (loading: Loading): void => {
  const { socket } = loading.old;
  const name = checkedPath(loading);
  const path = escapeName(name);
  const { root } = loading.frame.layer;
  const auth = descend({ in: 'section', section: root }, ['service', 'auth']);
  const { counter, input } = loading;
  open(auth, 'service/auth/', { name: 'unix_listener', arg: name, counter, begins: positionOf(input) });
  for (const key of ['mode', 'user', 'group']) {
    const value = socket[key];
    if (value !== undefined) setPath(loading, `service/auth/unix_listener/${path}/${key}`, value, key);
  }
  loading.old.socket = {};
};

/** The end of a block. Whether it was one that had vanished. @throws ValueError */
export const endInAuthSection = (loading: Loading): boolean => {
  const { old } = loading;
  if (old.depth > 0) {
    old.depth--;
    if (old.depth === 0) return true;
  }
  if (old.listenDepth === 0) return false;
  if (old.listenDepth === 2) applySocket(loading);
  old.listenDepth--;
  return true;
};
