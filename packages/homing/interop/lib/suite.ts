/** `describe` for tests that need the installed Dovecot: without it they are skipped, and a line says why. */
import { describe } from 'vitest';
import { dovecotMissing } from './dovecot.ts';

export const describeWithDovecot = (name: string, tests: () => void): void => {
  const missing = dovecotMissing();
  if (missing !== undefined) console.log(`SKIPPED ${name}: ${missing}`);
  describe.skipIf(missing !== undefined)(name, tests);
};
