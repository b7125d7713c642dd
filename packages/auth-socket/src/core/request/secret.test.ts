import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSecret, revealSecret } from './secret.ts';

test('a secret shows itself only when asked for by name', () => {
  const secret = createSecret('hunter2');
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of shown) {
    expect(text).toContain('<hidden>');
    expect(text).not.toContain('hunter2');
  }
  expect(revealSecret(secret)).toBe('hunter2');
});
