import { expect, test } from 'vitest';
import { startSimulation } from '../../testing/core.ts';

test.each([
  `USER-KICK\t${'x'.repeat(990)}`,
  `USER-KICK-ALT\tuser_group\t${'x'.repeat(990)}`,
  `HOST-SET\t10.2.0.99@${'x'.repeat(256)}\t1`,
])('what no line of the ring could carry is refused: %.20s', (line) => {
  expect(startSimulation().admin(line)).toBe('name is too long\n');
});
