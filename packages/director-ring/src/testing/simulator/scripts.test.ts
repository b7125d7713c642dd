/** Every ring script in `scripts/` still tells what it told. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replayScript } from './script.ts';

const FOLDER = new URL('../../../scripts/', import.meta.url);

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.txt')))('%s', async (name) => {
  const script = readFileSync(new URL(name, FOLDER), 'latin1');
  await expect(replayScript(script)).toMatchFileSnapshot(new URL(name, FOLDER).pathname);
});
