/**
 * The fields of a passdb or userdb reply while a chain collects them (auth-fields.c): insertion order, a later value
 * replaces an earlier one in place, and a failed lookup's changes can be taken back to the last kept state.
 */
import type { ByteString } from '@homing/wire';
import { escapeTab } from '@homing/wire';

export type Entry = {
  readonly key: ByteString;
  readonly value: ByteString;
  /** As it is sent: `\tkey=value`, escaped, or the bare key. '' if it is only known to the chain and `%{passdb:key}`. */
  readonly text: ByteString;
  /** The same in an OK line. */
  readonly okText: ByteString;
};

/** Newest first. Cells never change, so keeping and taking back are one assignment. */
type Cell = { readonly entry: Entry; readonly before: Cell | undefined };

export type Fields = { last: Cell | undefined; kept: Cell | undefined };

export const createFields = (): Fields => ({ last: undefined, kept: undefined });

/** A field that is set often may be made once. An empty value is sent as the bare key. */
export const createEntry = (key: ByteString, value: ByteString): Entry => {
  const bare = `\t${key}`;
  const text = value === '' ? bare : `${bare}=${escapeTab(value)}`;
  return { key, value, text, okText: isBareInOk(key) ? bare : text };
};

/** 2.3 login processes know these only as bare words (login-common/sasl-server.c). */
const isBareInOk = (key: ByteString): boolean => key === 'proxy' || key === 'nologin';

const hiddenEntry = (key: ByteString, value: ByteString): Entry => ({ key, value, text: '', okText: '' });

const find = ({ last }: Fields, key: ByteString): Entry | undefined => {
  for (let cell = last; cell !== undefined; cell = cell.before) if (cell.entry.key === key) return cell.entry;
  return undefined;
};

/** The list with `by` in the place of `entry`, which is in it, or without it. */
const replaced = (last: Cell | undefined, entry: Entry, by: Entry | undefined): Cell | undefined => {
  const newer: Entry[] = [];
  let cell = last;
  for (; cell !== undefined && cell.entry !== entry; cell = cell.before) newer.push(cell.entry);
  const before = cell?.before;
  let list = by === undefined ? before : { entry: by, before };
  for (const kept of newer.reverse()) list = { entry: kept, before: list };
  return list;
};

export const putEntry = (fields: Fields, entry: Entry): void => {
  const old = find(fields, entry.key);
  fields.last = old === undefined ? { entry, before: fields.last } : replaced(fields.last, old, entry);
};

export const setField = (fields: Fields, key: ByteString, value: ByteString): void =>
  putEntry(fields, createEntry(key, value));

export const setHiddenField = (fields: Fields, key: ByteString, value: ByteString): void =>
  putEntry(fields, hiddenEntry(key, value));

export const removeField = (fields: Fields, key: ByteString): void => {
  const old = find(fields, key);
  if (old !== undefined) fields.last = replaced(fields.last, old, undefined);
};

export const hasField = (fields: Fields, key: ByteString): boolean => find(fields, key) !== undefined;

export const isEmpty = ({ last }: Fields): boolean => last === undefined;

/** '' for a field without a value, undefined for one that is not set. */
export const fieldValue = (fields: Fields, key: ByteString): ByteString | undefined => find(fields, key)?.value;

/** Oldest first. */
export const listFields = ({ last }: Fields): readonly Entry[] => {
  const list: Entry[] = [];
  for (let cell = last; cell !== undefined; cell = cell.before) list.push(cell.entry);
  return list.reverse();
};

/** What is set now survives later failures. */
export const keepFields = (fields: Fields): void => {
  fields.kept = fields.last;
};

/** Back to what was last kept. */
export const rollbackFields = (fields: Fields): void => {
  fields.last = fields.kept;
};

/** `\tkey=value` of every visible field, escaped. */
export const printFields = ({ last }: Fields): ByteString => {
  let out = '';
  for (let cell = last; cell !== undefined; cell = cell.before) out = cell.entry.text + out;
  return out;
};

/** The same for an OK line. */
export const printOkFields = ({ last }: Fields): ByteString => {
  let out = '';
  for (let cell = last; cell !== undefined; cell = cell.before) out = cell.entry.okText + out;
  return out;
};

/** A key that would break the line or the parameter it stands in is refused (auth.md 13). */
export const isFieldKey = (key: ByteString): boolean => key !== '' && !/[\0\x01\t\r\n=]/.test(key);
