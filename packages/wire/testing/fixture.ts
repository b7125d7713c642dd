/**
 * Reads recorded dialogues, `protocol-fixtures/<protocol>/<case>.txt`. The format is described in
 * protocol-fixtures/README.md; in short:
 *
 *     # a comment; "# captured: <peer>" names the recorded peer
 *     C VERSION\t1\t2          client sends this line and LF (C2: on its second connection)
 *     S OK\t1\tuser=alice      server sends this line and LF
 *     S <close>                server closes the connection
 *     L auth: Error: BUG: ...  server logs this
 *
 * Escapes: `\t`, `\r`, `\\`, `\xHH`; `\c` at the end of a line: no LF follows.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes as latin1 text, the LF of each line included. `on` numbers the connection, from 1. */
export type FixtureStep =
  | { from: 'C' | 'S'; on: number; bytes: string }
  | { from: 'C' | 'S'; on: number; close: true }
  | { from: 'log'; text: string };

export type Fixture = {
  /** `auth-client/plain-ok`: its path below protocol-fixtures/ without `.txt`. */
  readonly name: string;
  /** The comment lines, without `# `, in order. */
  readonly comments: readonly string[];
  /** The recorded peer and its version; undefined for a fixture that was written by hand. */
  readonly captured: string | undefined;
  readonly steps: readonly FixtureStep[];
};

const ROOT = new URL('../../../protocol-fixtures/', import.meta.url);
const STEP = /^([CS])([1-9]?)(?: (.*))?$/;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(.?))/g;
const ESCAPED: Readonly<Record<string, string>> = { t: '\t', r: '\r', '\\': '\\' };

/** All case names of one protocol folder, sorted: `['auth-client/plain-ok', ...]`. */
export const listFixtures = (protocol: string): string[] =>
  readdirSync(new URL(`${protocol}/`, ROOT))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => `${protocol}/${file.slice(0, -'.txt'.length)}`)
    .toSorted();

export const readFixture = (name: string): Fixture =>
  parseFixture(name, readFileSync(new URL(`${name}.txt`, ROOT), 'latin1'));

/** Every fixture of one protocol folder. */
export const readFixtures = (protocol: string): Fixture[] => listFixtures(protocol).map(readFixture);

/** Throws on a line it cannot read, with the fixture's name and line number. */
export const parseFixture = (name: string, text: string): Fixture => {
  const comments: string[] = [];
  const steps: FixtureStep[] = [];
  for (const [index, line] of text.replace(/\n$/, '').split('\n').entries()) {
    if (line === '') continue;
    if (line.startsWith('#')) comments.push(line.replace(/^# ?/, ''));
    else if (line.startsWith('L ')) steps.push({ from: 'log', text: unescapeLine(line.slice(2)).text });
    else steps.push(parseStep(line, `${name}.txt:${index + 1}`));
  }
  const captured = comments.find((comment) => comment.startsWith('captured: '))?.slice('captured: '.length);
  return { name, comments, captured, steps };
};

const parseStep = (line: string, where: string): FixtureStep => {
  const [, from, on, body = ''] = STEP.exec(line) ?? [];
  if (from !== 'C' && from !== 'S') throw new Error(`${where}: not a fixture line: ${line}`);
  const connection = on === undefined || on === '' ? 1 : Number(on);
  if (body === '<close>') return { from, on: connection, close: true };
  const { text, open } = unescapeLine(body);
  return { from, on: connection, bytes: open ? text : `${text}\n` };
};

const unescapeLine = (body: string): { text: string; open: boolean } => {
  const open = /(?:^|[^\\])(?:\\\\)*\\c$/.test(body);
  const text = (open ? body.slice(0, -2) : body).replace(ESCAPE, (whole, hex: string | undefined, name: string) => {
    const byte = hex === undefined ? ESCAPED[name] : String.fromCharCode(Number.parseInt(hex, 16));
    if (byte === undefined) throw new Error(`unknown escape ${whole} in fixture line: ${body}`);
    return byte;
  });
  return { text, open };
};

/** Everything one side sent on one connection, as one byte string. */
export const bytesFrom = (fixture: Fixture, from: 'C' | 'S', on = 1): string =>
  fixture.steps.map((step) => (step.from === from && step.on === on && 'bytes' in step ? step.bytes : '')).join('');

/** The lines one side sent on one connection, without LF and CR. */
export const linesFrom = (fixture: Fixture, from: 'C' | 'S', on = 1): string[] =>
  bytesFrom(fixture, from, on)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\r$/, ''));
