/** A child for tests: logs more than a pipe holds, says so and ends. `argv[2]`: how many lines. */
import { createChildSink } from './child-lines.ts';

const sink = createChildSink(({ text }) => [text]);
for (let line = 0; line < Number(process.argv[2]); line++) {
  const level = line % 2 === 0 ? 'info' : 'error';
  sink({ level, service: 'core', event: 'e', fields: {}, text: `${line} ${'x'.repeat(100)}` }, 0);
}
process.send?.('logged');
