/**
 * Statements of older versions, replaced by what they mean today, with a warning (old-set-parser.c, 2.3). Only literal
 * values are looked at, not `$name` and `<file`.
 */
import type { Statement } from '../../language/statement.ts';
import { applyBegin, applySet, setPath } from '../apply.ts';
import type { Loading } from '../loading.ts';
import {
  beginAuthSection,
  beginInAuthSection,
  endInAuthSection,
  isInAuthSection,
  setInSocket,
} from './auth-section.ts';
import { convertListen } from './listen.ts';
import { noteObsolete } from './note.ts';
import { convertRenamed } from './renamed.ts';
import { convertServiceSetting } from './services.ts';

/** Once in megabytes. */
const convertCacheSize = (loading: Loading, key: string, value: string): boolean => {
  if (key !== 'auth_cache_size' || !/^\d+$/.test(value)) return false;
  if (Number(value) === 0 || Number(value) >= 1024) return false;
  noteObsolete(loading, `auth_cache_size value no longer defaults to megabytes. Use ${value}M`);
  setPath(loading, key, `${value}M`);
  return true;
};

const convertAuthCount = (loading: Loading, key: string, value: string): boolean => {
  if (key !== 'auth_count') return false;
  const rest = value === 'count' ? '' : ', and its value must be 1';
  noteObsolete(loading, `auth_count has been removed${rest}`);
  return true;
};

const convertTopLevel = (loading: Loading, key: string, value: string): boolean => {
  if (key === 'base_dir') loading.old.baseDir = value.replace(/\/$/, '');
  if (convertListen(loading, key, value)) return true;
  const authKey = isInAuthSection(loading) && !key.startsWith('auth_') ? `auth_${key}` : key;
  if (convertServiceSetting(loading, authKey, value)) return true;
  if (convertCacheSize(loading, authKey, value) || convertAuthCount(loading, authKey, value)) return true;
  if (setInSocket(loading, authKey, value) || convertRenamed(loading, key, value)) return true;
  if (!isInAuthSection(loading)) return false;
  applySet(loading, authKey, { from: 'text', text: value });
  return true;
};

const convertInBlock = (loading: Loading, key: string, value: string): boolean => {
  if (loading.frame.place.in !== 'free' || key !== 'imap_zlib_compress_level') return false;
  noteObsolete(loading, `${key} has been replaced by imap_compress_deflate_level`);
  setPath(loading, 'plugin/imap_compress_deflate_level', value, key);
  return true;
};

const renamedBlocks: Readonly<Record<string, { arg: string; becomes: string; note: string }>> = {
  protocol: {
    arg: 'managesieve',
    becomes: 'sieve',
    note: 'protocol managesieve {} has been replaced by protocol sieve { }',
  },
  service: {
    arg: 'dns_client',
    becomes: 'dns-client',
    note: 'service dns_client {} has been replaced by service dns-client { }',
  },
};

const convertBegin = (loading: Loading, name: string, arg: string): boolean => {
  if (loading.old.depth > 0) return beginInAuthSection(loading, name, arg);
  if (loading.frame.path !== '') return false;
  if (name === 'auth') {
    beginAuthSection(loading);
    return true;
  }
  const rename = Object.hasOwn(renamedBlocks, name) ? renamedBlocks[name] : undefined;
  if (rename?.arg !== arg) return false;
  noteObsolete(loading, rename.note);
  applyBegin(loading, name, rename.becomes);
  return true;
};

/** Whether the statement was an old one and has been applied. @throws ValueError */
export const convertObsolete = (loading: Loading, statement: Statement): boolean => {
  if (statement.is === 'begin') return convertBegin(loading, statement.name, statement.arg);
  if (statement.is === 'end') return endInAuthSection(loading);
  if (statement.is !== 'set' || statement.value.from !== 'text') return false;
  const { key, value } = statement;
  return loading.frame.path === ''
    ? convertTopLevel(loading, key, value.text)
    : convertInBlock(loading, key, value.text);
};
