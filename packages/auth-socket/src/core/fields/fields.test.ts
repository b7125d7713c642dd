import { expect, test } from 'vitest';
import {
  createFields,
  fieldValue,
  hasField,
  isFieldKey,
  keepFields,
  makeBare,
  printFields,
  removeField,
  rollbackFields,
  setField,
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
  setField(fields, 'allow_nets', '10.0.0.0/8', true);
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

test('bare words lose their value, but nothing is added', () => {
  const fields = createFields();
  setField(fields, 'proxy', 'y');
  makeBare(fields, 'proxy');
  makeBare(fields, 'nologin');
  expect(printFields(fields)).toBe('\tproxy');
  expect(hasField(fields, 'nologin')).toBe(false);
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
