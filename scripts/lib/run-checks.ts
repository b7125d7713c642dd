/**
 * Runs every check of the repository and adds up: each of format, lint, types and unused code counts as one, each test
 * of the vitest projects as itself. What a check printed is shown only if it failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addTallies, readVitestReport, type Tally } from './tally.ts';

type Outcome = { readonly status: number; readonly output: string; readonly seconds: number };

/** A hung peer must not hold the whole run: kinder than a CI machine's own limit. */
const CHECK_LIMIT_MS = 5 * 60_000;
const INTEROP_LIMIT_MS = 22 * 60_000;

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  format: ['biome', 'check', '.'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  types: ['tsc', '--noEmit'],
  unused: ['knip'],
};

const run = (command: readonly string[], limitMs: number, show: boolean): Promise<Outcome> =>
  new Promise((resolve) => {
    const [file = '', ...args] = command;
    const started = Date.now();
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (show) process.stdout.write(chunk);
      });
    }
    const finish = (status: number): void => {
      clearTimeout(limit);
      resolve({ status, output, seconds: (Date.now() - started) / 1000 });
    };
    const limit = setTimeout(() => {
      output += `\n${command.join(' ')}: no end after ${limitMs / 1000} s\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitMs);
    child.on('error', (error) => {
      output += `${error.message}\n`;
      finish(127);
    });
    child.on('close', (code, signal) => {
      if (signal !== null) output += `\n${command.join(' ')}: ended by ${signal}\n`;
      finish(code ?? 1);
    });
  });

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

const report = (name: string, tally: Tally, seconds: number): void => {
  const counts = [`${tally.passed} passed`, `${tally.failed} failed`, `${tally.skipped} skipped`];
  console.log(
    `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${counts.join(', ')} (${seconds.toFixed(1)} s)`,
  );
};

const check = async (name: string, command: readonly string[]): Promise<Tally> => {
  const { status, output, seconds } = await run(command, CHECK_LIMIT_MS, false);
  const tally = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  if (status !== 0) console.log(`\n--- ${command.join(' ')}\n${output.trimEnd()}\n---`);
  report(name, tally, seconds);
  return tally;
};

const tests = async (project: string, limitMs: number, show: boolean): Promise<Tally> => {
  const dir = mkdtempSync(join(tmpdir(), 'homing-test-'));
  const file = join(dir, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  try {
    const { status, output, seconds } = await run(['vitest', 'run', '--project', project, ...reporters], limitMs, show);
    const tally = readVitestReport(file, status);
    if (tally.failed > 0 && !show) console.log(`\n--- vitest: ${project}\n${output.trimEnd()}\n---`);
    if (!existsSync(file)) console.log(`vitest: ${project} left no report, exit status ${status}\n${lastLine(output)}`);
    report(project, tally, seconds);
    return tally;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
const tallies = await Promise.all(Object.entries(CHECKS).map(([name, command]) => check(name, command)));
tallies.push(await tests('unit', CHECK_LIMIT_MS, false));
if (!quick) tallies.push(await tests('interop', INTEROP_LIMIT_MS, true));

const total = addTallies(tallies);
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
