/** `scripts/bench auth|director|ring|login [--json] [--quick]`: Homing and the installed Dovecot, one after the other. */
import { parseArgs } from 'node:util';
import { dovecotMissing } from '../interop/lib/dovecot.ts';
import { benchAuth } from './auth.ts';
import { benchDirector } from './director.ts';
import { benchLogin } from './login.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Effort, type Result, resultLine } from './result.ts';
import { benchRing } from './ring.ts';

const WORKS: Readonly<Record<string, (effort: Effort) => Promise<Result[]>>> = {
  auth: benchAuth,
  director: async (effort) => [...(await benchDirector(effort)), ...(await benchRing(effort))],
  ring: benchRing,
  login: benchLogin,
};
/** `director` has the ring in it. */
const ALL = ['auth', 'director', 'login'];
const FULL: Effort = { seconds: 2, turns: 7, users: 1_000_000 };
const QUICK: Effort = { seconds: 1, turns: 3, users: 100_000 };

const fail = (text: string): never => {
  console.error(text);
  process.exit(1);
};

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const works = positionals.length === 0 ? ALL : positionals;
const missing = dovecotMissing();
if (missing !== undefined) fail(`nothing to compare with: ${missing}`);

const machine: Machine = await thisMachine();
console.error(`${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; Dovecot ${machine.dovecot}`);
const results: Result[] = [];
for (const work of works) {
  const bench = WORKS[work] ?? fail(`unknown benchmark: ${work} (${Object.keys(WORKS).join(', ')})`);
  const found = await bench(values.quick ? QUICK : FULL);
  if (!values.json) for (const result of found) console.log(resultLine(result));
  results.push(...found);
}
if (values.json) console.log(JSON.stringify({ machine, results }));
