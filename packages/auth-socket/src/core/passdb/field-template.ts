/** `key[=template]` words, as in the `args` of `static` and the last column of a passwd-file. */
import type { ByteString } from '@homing/wire';
import { createEntry } from '../fields/fields.ts';
import { isPlainField } from '../fields/plain-field.ts';
import { compileTemplate, type Template } from '../template.ts';
import type { Field, Variables } from './passdb.ts';

export type FieldTemplate = { readonly key: ByteString; readonly text: ByteString; readonly value: Template };

/** Words of a `key=value` list: separated by spaces, of which any number counts as one. */
export const splitWords = (text: ByteString): ByteString[] => text.split(' ').filter((word) => word !== '');

export const fieldTemplate = (word: ByteString): FieldTemplate => {
  const equals = word.indexOf('=');
  const text = equals === -1 ? '' : word.slice(equals + 1);
  return { key: equals === -1 ? word : word.slice(0, equals), text, value: compileTemplate(text) };
};

/** A list of fields, of which most are the same for everybody. Throws TemplateError. */
export type FieldList = (variables: Variables) => readonly Field[];

/** Expanded now if nothing in it varies. */
export const compileFields = (templates: readonly FieldTemplate[]): FieldList => {
  if (templates.some(({ text }) => text.includes('%'))) return (variables) => expandFields(templates, variables);
  const fields = templates.map(({ key, text: value }) =>
    isPlainField(key) ? { key, value, entry: createEntry(interned(key), value) } : { key, value },
  );
  return () => fields;
};

/** As the engine keeps the names in our source: two such are the same if their addresses are. */
const interned = (key: ByteString): ByteString => Object.keys({ [key]: undefined })[0] ?? key;

/** Throws TemplateError. */
export const expandFields = (templates: readonly FieldTemplate[], variables: Variables): Field[] => {
  const fields: Field[] = [];
  // A template sees the fields before it, as if they were set already.
  const withFields: Variables = (name) =>
    (name.startsWith('passdb:') ? fields.findLast(({ key }) => key === name.slice('passdb:'.length)) : undefined)
      ?.value ?? variables(name);
  for (const { key, value } of templates) fields.push({ key, value: value(withFields) });
  return fields;
};
