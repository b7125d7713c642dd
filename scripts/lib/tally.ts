/** Counting what passed: from vitest's JSON report, so that a suite that never ran cannot pass for one without tests. */
import { readFileSync } from 'node:fs';

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

/**
 * `status`: of the vitest process. No report, no test at all, a file that could not be loaded, and a failure outside of
 * any test count as one failure each.
 */
export const readVitestReport = (file: string, status: number): Tally => {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = report.testResults.filter(
    ({ status: result, assertionResults }) => result === 'failed' && assertionResults.length === 0,
  ).length;
  const counted = report.numFailedTests + unloaded;
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const silent = counted === 0 && (status !== 0 || passed + skipped === 0) ? 1 : 0;
  return { passed, failed: counted + silent, skipped };
};

export const addTallies = (tallies: readonly Tally[]): Tally => ({
  passed: sum(tallies.map(({ passed }) => passed)),
  failed: sum(tallies.map(({ failed }) => failed)),
  skipped: sum(tallies.map(({ skipped }) => skipped)),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
