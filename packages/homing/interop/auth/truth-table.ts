/**
 * The rules of two passdbs A and B, and every outcome: one chain holds all rows, each row's passdbs take the users named
 * after it (auth.md 7.3).
 */
type Row = { readonly a?: string; readonly b?: string; readonly fails?: boolean };

const ROWS: readonly Row[] = [
  {},
  { a: 'result_success = continue' },
  { a: 'result_success = continue-ok' },
  { a: 'result_success = continue-fail' },
  { a: 'result_success = return' },
  { a: 'result_success = return-fail' },
  { a: 'result_failure = return' },
  { a: 'result_failure = return-ok' },
  { a: 'result_failure = return-fail' },
  { a: 'result_failure = continue-ok' },
  { a: 'result_failure = continue-fail' },
  { a: 'result_success = continue-ok', b: 'result_failure = return-fail' },
  { b: 'result_success = continue' },
  { b: 'result_success = continue-ok' },
  { b: 'result_success = return' },
  { a: 'result_success = continue-ok', b: 'skip = authenticated' },
  { a: 'result_success = continue-ok', b: 'skip = unauthenticated\n  result_success = return' },
  { a: 'result_success = continue', b: 'result_success = return' },
  { a: 'result_success = continue', b: 'result_success = continue' },
  { a: 'pass = yes' },
  { a: 'deny = yes' },
  { b: 'deny = yes' },
  { a: 'mechanisms = login' },
  { a: 'mechanisms = none', b: 'mechanisms = plain' },
  { fails: true },
  { fails: true, a: 'result_internalfail = return' },
  { fails: true, a: 'result_internalfail = return-ok' },
  { fails: true, a: 'result_internalfail = return-fail' },
  { fails: true, a: 'result_internalfail = continue-ok' },
  { fails: true, a: 'result_internalfail = continue-fail' },
  { fails: true, a: 'deny = yes' },
];

const passdb = (row: number, name: 'A' | 'B', rule: string | undefined, fails: boolean): string => `
passdb {
  driver = static
  args = password=${name.toLowerCase()} ${fails ? 'x=%{nosuch} ' : ''}${name}${row}=y
  username_filter = r${row}-*
  ${rule ?? ''}
}`;

/** A last passdb for nobody: no row is at the end of the chain, and `skip` never meets an empty one. */
const ENDS = `
passdb {
  driver = static
  args = password=never
  username_filter = nobody-*
}`;

export const truthTableConfig = `
auth_failure_delay = 0
${ENDS}
${ROWS.map((row, i) => passdb(i, 'A', row.a, row.fails === true) + passdb(i, 'B', row.b, false)).join('\n')}
${ENDS.replace('never', 'never-either')}
`;

/** Every row with the password of A, that of B, and neither. Request ids are `row * 10 + which`. */
export const truthTableRequests = ROWS.flatMap((_, row) =>
  ['a', 'b', 'x'].map((password, which) => {
    const resp = Buffer.from(`\0r${row}-user\0${password}`).toString('base64');
    return `AUTH\t${row * 10 + which + 1}\tPLAIN\tservice=imap\tno-penalty\tresp=${resp}`;
  }),
);

export const describeRequest = (id: string): string => {
  const row = ROWS[Math.floor((Number(id) - 1) / 10)];
  return `${id} ${JSON.stringify(row)} password ${'abx'[(Number(id) - 1) % 10]}`;
};
