import { expect, test } from 'vitest';
import {
  createEntry,
  createFields,
  fieldValue,
  isEmpty,
  isFieldKey,
  keepFields,
  listFields,
  printFields,
  printOkFields,
  putEntry,
  removeField,
  rollbackFields,
  setField,
  setHiddenField,
} from './fields.ts';

test('a later value replaces an earlier one in place', () => {
  const fields = createFields();
  setField(fields, 'x', '1');
  setField(fields, 'y', '2');
  setField(fields, 'x', '3');
  expect(printFields(fields)).toBe('\tx=3\ty=2');
});

test('hidden fields exist but are not printed, empty ones are bare, values are escaped', () => {
  const fields = createFields();
  setHiddenField(fields, 'allow_nets', '10.0.0.0/8');
  setField(fields, 'nologin', '');
  setField(fields, 'reason', 'a\tb\n');
  expect(printFields(fields)).toBe('\tnologin\treason=a\x01tb\x01n');
  expect(fieldValue(fields, 'allow_nets')).toBe('10.0.0.0/8');
  expect(fieldValue(fields, 'none')).toBeUndefined();
});

test('rollback takes back additions, changes and removals since the last keep', () => {
  const fields = createFields();
  setField(fields, 'x', '1');
  setField(fields, 'y', '1');
  keepFields(fields);
  setField(fields, 'x', '2');
  setField(fields, 'z', '2');
  removeField(fields, 'y');
  rollbackFields(fields);
  expect(printFields(fields)).toBe('\tx=1\ty=1');
});

test('OK lines have bare words without their value', () => {
  const fields = createFields();
  setField(fields, 'proxy', 'y');
  setField(fields, 'nologin', '');
  setField(fields, 'proxy_always', 'y');
  expect(printOkFields(fields)).toBe('\tproxy\tnologin\tproxy_always=y');
  expect(printFields(fields)).toBe('\tproxy=y\tnologin\tproxy_always=y');
});

test.each([
  ['host', true],
  ['', false],
  ['a\tb', false],
  ['a\nb', false],
  ['a=b', false],
  ['a\x01b', false],
])('%j may be a key: %s', (key, is) => {
  expect(isFieldKey(key)).toBe(is);
});

test('fields keep their places when one between them is replaced, removed or set anew', () => {
  const fields = createFields();
  for (const key of ['a', 'b', 'c', 'd']) setField(fields, key, '1');
  setField(fields, 'c', '2');
  removeField(fields, 'b');
  setHiddenField(fields, 'a', 'x');
  setField(fields, 'b', '3');
  expect(printFields(fields)).toBe('\tc=2\td=1\tb=3');
  expect(listFields(fields).map(({ key, value }) => `${key}=${value}`)).toEqual(['a=x', 'c=2', 'd=1', 'b=3']);
});

test('what was kept stays as it was, whatever is done to the list afterwards', () => {
  const fields = createFields();
  expect(isEmpty(fields)).toBe(true);
  const proxy = createEntry('proxy', '');
  putEntry(fields, proxy);
  keepFields(fields);
  putEntry(fields, createEntry('proxy', 'y'));
  removeField(fields, 'proxy');
  expect(isEmpty(fields)).toBe(true);
  rollbackFields(fields);
  expect(listFields(fields)).toEqual([proxy]);
});
