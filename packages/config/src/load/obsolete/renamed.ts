/** Settings that have another name or form now, or are gone (old_settings_handle_root(), 2.3). */
import { ValueError } from '../../types/setting.ts';
import { applySet, setPath } from '../apply.ts';
import type { Loading } from '../loading.ts';
import { minProtocolOf } from './min-protocol.ts';
import { noteObsolete } from './note.ts';
import { convertProtocols } from './protocols.ts';

type Convert = (loading: Loading, value: string, name: string) => void;

const set = (loading: Loading, key: string, text: string): void => applySet(loading, key, { from: 'text', text });

const choose = (value: string, yes: string, no: string): string => {
  const word = value.toLowerCase();
  if (word === 'yes') return yes;
  return word === 'no' ? no : value;
};

const renamed =
  (key: string, convert: (value: string) => string = (value) => value): Convert =>
  (loading, value, name) => {
    noteObsolete(loading, `${name} has been renamed to ${key}`);
    set(loading, key, convert(value));
  };

const removed: Convert = (loading, _value, name) => noteObsolete(loading, `${name} has been removed`);
const unneeded: Convert = (loading, _value, name) => noteObsolete(loading, `${name} is no longer needed`);

const fileValue: Convert = (loading, value, name) => {
  if (value === '') return;
  const key = name.slice(0, -'_file'.length);
  noteObsolete(loading, `${name} has been replaced by ${key} = <file`);
  applySet(loading, key, { from: 'file', text: value });
};

const minProtocol: Convert = (loading, value) => {
  noteObsolete(loading, 'ssl_protocols has been replaced by ssl_min_protocol');
  try {
    set(loading, 'ssl_min_protocol', minProtocolOf(value));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const text = `Could not find a minimum ssl_min_protocol setting from ssl_protocols = ${value}: ${error.message}`;
    loading.notes.push({ level: 'error', text });
  }
};

const intoPlugin: Convert = (loading, value, name) => {
  noteObsolete(
    loading,
    name === 'sieve_storage'
      ? 'sieve_storage has been moved into plugin { sieve_dir }'
      : `${name} has been moved into plugin {} section`,
  );
  setPath(loading, `plugin/${name}`, value, name);
};

const gone: Readonly<Record<string, string>> = {
  'outlook-idle': 'imap_client_workarounds=outlook-idle is no longer necessary',
  'netscape-eoh': 'imap_client_workarounds=netscape-eoh is no longer supported',
};

/** A word that is gone leaves its space behind, as Dovecot leaves it. */
const workarounds: Convert = (loading, value, name) => {
  const words = value.split(/[ ,]+/).map((word) => {
    const note = Object.hasOwn(gone, word) ? gone[word] : undefined;
    if (note === undefined) return word;
    noteObsolete(loading, note);
    return '';
  });
  set(loading, name, words.join(' '));
};

const converters: Readonly<Record<string, Convert>> = {
  protocols: (loading, value) => convertProtocols(loading, value),
  ssl_cert_file: fileValue,
  ssl_key_file: fileValue,
  ssl_ca_file: fileValue,
  ssl_disable: renamed('ssl', (value) => choose(value, 'no', 'yes')),
  ssl_parameters_regenerate: unneeded,
  ssl_dh_parameters_length: unneeded,
  ssl_protocols: minProtocol,
  sieve: intoPlugin,
  sieve_storage: intoPlugin,
  fsync_disable: renamed('mail_fsync', (value) => choose(value, 'never', 'optimized')),
  dbox_rotate_size: renamed('mdbox_rotate_size'),
  imap_client_workarounds: workarounds,
  login_dir: removed,
  dbox_rotate_min_size: removed,
  dbox_rotate_days: removed,
  director_consistent_hashing: removed,
  mail_log_max_lines_per_sec: removed,
  maildir_copy_preserve_filename: removed,
};

const COMPRESS = 'mail_cache_compress_';

/** Whether the setting was one of these. @throws ValueError */
export const convertRenamed = (loading: Loading, name: string, value: string): boolean => {
  const convert = name.startsWith(COMPRESS)
    ? renamed(`mail_cache_purge_${name.slice(COMPRESS.length)}`)
    : Object.hasOwn(converters, name)
      ? converters[name]
      : undefined;
  convert?.(loading, value, name);
  return convert !== undefined;
};
