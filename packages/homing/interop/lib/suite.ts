/** `describe` for tests that need a real Dovecot: without it they are skipped, and a line says why. */
import { describe } from 'vitest';
import { dovecotMissing } from './dovecot.ts';
import { dovecot24Missing } from './dovecot24.ts';

/** The installed Dovecot 2.3. */
export const describeWithDovecot = (name: string, tests: () => void): void =>
  describeUnless(dovecotMissing(), name, tests);

/** A Dovecot 2.4. */
export const describeWithDovecot24 = (name: string, tests: () => void): void =>
  describeUnless(dovecot24Missing(), name, tests);

/** A Dovecot of each series. */
export const describeWithBothDovecots = (name: string, tests: () => void): void =>
  describeUnless(bothDovecotsMissing(), name, tests);

export const bothDovecotsMissing = (): string | undefined => dovecotMissing() ?? dovecot24Missing();

export const describeUnless = (missing: string | undefined, name: string, tests: () => void): void => {
  if (missing !== undefined) console.log(`SKIPPED ${name}: ${missing}`);
  describe.skipIf(missing !== undefined)(name, tests);
};
