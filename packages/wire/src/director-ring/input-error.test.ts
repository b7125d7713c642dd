import { expect, test } from 'vitest';
import { formatRingInputError, ringInputQuitReason } from './index.ts';

test.each([
  [
    'BOGUS\t1',
    'Unknown command BOGUS',
    'Command BOGUS: Unknown command BOGUS (input: BOGUS\t1)',
    'Invalid input: BOGUS',
  ],
  ['QUIT', 'bye', 'Command QUIT: bye (input: QUIT)', 'Invalid input: QUIT'],
  ['', 'Received empty line', 'Command (null): Received empty line (input: )', 'Invalid input: '],
])('%j', (line, reason, text, quit) => {
  expect(formatRingInputError(line, reason)).toBe(text);
  expect(ringInputQuitReason(line)).toBe(quit);
});
