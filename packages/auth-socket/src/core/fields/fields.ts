/**
 * The fields of a passdb or userdb reply while a chain collects them (auth-fields.c): insertion order, a later value
 * replaces an earlier one in place, and a failed lookup's changes can be taken back to the last kept state.
 */
import type { ByteString } from '@homing/wire';
import { escapeTab } from '@homing/wire';

/** `hidden`: known to the chain and to `%{passdb:key}`, never sent. An empty value is sent as the bare key. */
type Entry = { readonly key: ByteString; readonly value: ByteString; readonly hidden: boolean };

/** `entries` is `kept` until something changes; then it is a copy, and changes in place. */
export type Fields = { entries: readonly Entry[]; kept: readonly Entry[] };

const NONE: readonly Entry[] = [];

export const createFields = (): Fields => ({ entries: NONE, kept: NONE });

const find = (fields: Fields, key: ByteString): number => {
  const { entries } = fields;
  for (let i = 0; i < entries.length; i++) if (entries[i]?.key === key) return i;
  return -1;
};

const changed = (fields: Fields): Entry[] => {
  if (fields.entries === fields.kept) fields.entries = fields.entries.slice();
  return fields.entries as Entry[];
};

export const setField = (fields: Fields, key: ByteString, value: ByteString, hidden = false): void => {
  const at = find(fields, key);
  changed(fields)[at === -1 ? fields.entries.length : at] = { key, value, hidden };
};

export const removeField = (fields: Fields, key: ByteString): void => {
  const at = find(fields, key);
  if (at !== -1) changed(fields).splice(at, 1);
};

export const hasField = (fields: Fields, key: ByteString): boolean => find(fields, key) !== -1;

/** '' for a field without a value, undefined for one that is not set. */
export const fieldValue = (fields: Fields, key: ByteString): ByteString | undefined =>
  fields.entries.find((entry) => entry.key === key)?.value;

/** Keeps the value away if the field is set: 2.3 login processes know `proxy` and `nologin` only as bare words. */
export const makeBare = (fields: Fields, key: ByteString): void => {
  const at = find(fields, key);
  const entry = at === -1 ? undefined : fields.entries[at];
  if (entry === undefined || (entry.value === '' && !entry.hidden)) return;
  changed(fields)[at] = { key, value: '', hidden: false };
};

/** What is set now survives later failures. */
export const keepFields = (fields: Fields): void => {
  fields.kept = fields.entries;
};

/** Back to what was last kept. */
export const rollbackFields = (fields: Fields): void => {
  fields.entries = fields.kept;
};

/** `\tkey=value` of every visible field, escaped. */
export const printFields = (fields: Fields): ByteString => {
  let out = '';
  for (const { key, value, hidden } of fields.entries) {
    if (!hidden) out += value === '' ? `\t${key}` : `\t${key}=${escapeTab(value)}`;
  }
  return out;
};

/** A key that would break the line or the parameter it stands in is refused (auth.md 13). */
export const isFieldKey = (key: ByteString): boolean => key !== '' && !/[\0\x01\t\r\n=]/.test(key);
