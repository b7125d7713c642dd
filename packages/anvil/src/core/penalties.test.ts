import { expect, test } from 'vitest';
import { createPenalties } from './penalties.ts';

test('a new checksum counts, a known one does not and leaves the time', () => {
  const penalties = createPenalties();
  penalties.increase('10.0.0.1', 111, 1, 1000);
  penalties.increase('10.0.0.1', 222, 2, 1010);
  expect(penalties.get('10.0.0.1', 1011)).toEqual({ penalty: 2, lastPenalty: 1010 });
  penalties.increase('10.0.0.1', 111, 3, 1020);
  expect(penalties.get('10.0.0.1', 1021)).toEqual({ penalty: 2, lastPenalty: 1010 });
  expect(penalties.rows(1021)).toEqual([{ ident: '10.0.0.1', penalty: 2, lastPenalty: 1010, lastUpdate: 1020 }]);
});

test('without a checksum the value is set, 0 included', () => {
  const penalties = createPenalties();
  penalties.increase('a', 5, 4, 1000);
  penalties.increase('a', 0, 0, 1001);
  expect(penalties.get('a', 1002)).toEqual({ penalty: 0, lastPenalty: 1001 });
});

test('the eleventh other checksum makes the first one new again', () => {
  const penalties = createPenalties();
  for (let checksum = 1; checksum <= 11; checksum++) penalties.increase('a', checksum, 4, 1000);
  penalties.increase('a', 2, 4, 1001);
  expect(penalties.get('a', 1001).penalty).toBe(3);
  penalties.increase('a', 1, 4, 1002);
  expect(penalties.get('a', 1002)).toEqual({ penalty: 4, lastPenalty: 1002 });
});

test('entries expire by their last touch, oldest first', () => {
  const penalties = createPenalties();
  penalties.setExpireSeconds(29);
  penalties.increase('old', 1, 1, 1000);
  penalties.increase('new', 1, 1, 1005);
  penalties.increase('old', 1, 1, 1010);
  expect(penalties.rows(1033).map(({ ident }) => ident)).toEqual(['new', 'old']);
  expect(penalties.rows(1034).map(({ ident }) => ident)).toEqual(['old']);
  expect(penalties.get('old', 1039)).toEqual({ penalty: 0, lastPenalty: 0 });
});
