import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createChildLines } from './child-lines.ts';
import { createDescriptorDestination, createFileDestination } from './destination.ts';
import { createTextFormat, sanitize } from './line.ts';
import { createLog, type LogEntry } from './log.ts';
import { createFormat, createLogOutput, createOutputSink, type LogTargets } from './output.ts';
import { createTimestamp } from './timestamp.ts';

const AT = new Date(2026, 10, 2, 1, 5, 9, 42).getTime();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const targets = (over: Partial<LogTargets> = {}): LogTargets => ({
  log_path: join(folder, 'log'),
  info_log_path: '',
  debug_log_path: '',
  log_timestamp: '%b %d %H:%M:%S ',
  syslog_facility: 'mail',
  instance_name: 'homing',
  format: 'text',
  ...over,
});
const entry = (over: Partial<LogEntry> = {}): LogEntry => ({
  level: 'error',
  service: 'director',
  event: 'e',
  fields: {},
  text: 'connect() failed: Connection refused',
  ...over,
});

test.each([
  ['%b %d %H:%M:%S ', 'Nov 02 01:05:09 '],
  ['%Y-%m-%dT%H:%M:%S.%{usecs} ', '2026-11-02T01:05:09.042000 '],
  ['%e|%k|%l|%I|%p|%j|%y|%F|%T|%D', ' 2| 1| 1|01|AM|306|26|2026-11-02|01:05:09|11/02/26'],
  ['%a %A %B %u %w %% %s', `Mon Monday November 1 1 % ${Math.floor(AT / 1000)}`],
  ['no conversion %Q', 'no conversion %Q'],
  ['', ''],
])('log_timestamp %j', (format, expected) => {
  expect(createTimestamp(format)(AT)).toBe(expected);
});

describe('text lines', () => {
  const format = createTextFormat(createTimestamp('%H:%M '));

  test('read as Dovecot writes them', () => {
    expect(format(entry(), AT)).toEqual(['01:05 director: Error: connect() failed: Connection refused']);
  });

  test.each([
    ['info', 'director: connect() failed: Connection refused'],
    ['warning', 'director: Warning: connect() failed: Connection refused'],
  ] as const)('for syslog: %s', (level, expected) => {
    expect(createFormat(targets({ log_path: 'syslog' }))(entry({ level }), AT)).toEqual([expected]);
  });

  test('only the stack of a panic has several', () => {
    expect(format(entry({ level: 'panic', text: 'a\n  b' }), AT)).toEqual([
      '01:05 director: Panic: a',
      '01:05 director: Panic:   b',
    ]);
    expect(format(entry({ text: 'a\nauth: Error: forged' }), AT)).toEqual([
      '01:05 director: Error: a?auth: Error: forged',
    ]);
  });

  test('carry no control character, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const line of format(entry({ text }), AT)) expect(line).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]/);
      }),
    );
    expect(sanitize('grün ✓')).toBe('grün ✓');
  });
});

test('JSON lines carry event and fields', () => {
  const [line] = createFormat(targets({ format: 'json' }))(
    entry({ level: 'info', event: 'auth_request_finished', fields: { user: 'a"b\n' }, text: 'done' }),
    0,
  );
  expect(JSON.parse(line ?? '')).toEqual({
    level: 'info',
    time: '1970-01-01T00:00:00.000Z',
    service: 'director',
    event: 'auth_request_finished',
    user: 'a"b\n',
    text: 'done',
  });
});

describe('outputs', () => {
  test('each level goes to its file, which only the owner may read', () => {
    const t = targets({
      info_log_path: join(folder, 'info'),
      debug_log_path: join(folder, 'debug'),
      log_timestamp: '',
    });
    const output = createLogOutput(t);
    const log = createLog({
      service: 'auth',
      debug: () => true,
      now: () => AT,
      sink: createOutputSink(createFormat(t), output),
    });
    log.debug('e', {}, '1');
    log.info('e', {}, '2');
    log.warning('e', {}, '3');
    log.fatal('e', {}, '4');
    output.close();
    expect(readFileSync(join(folder, 'debug'), 'utf8')).toBe('auth: Debug: 1\n');
    expect(readFileSync(join(folder, 'info'), 'utf8')).toBe('auth: Info: 2\n');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('auth: Warning: 3\nauth: Fatal: 4\n');
    expect(statSync(join(folder, 'log')).mode & 0o777).toBe(0o600);
  });

  test('reopen after rotation; a folder that is gone keeps the old file', () => {
    const output = createLogOutput(targets());
    output.write([{ level: 'info', line: 'one' }]);
    renameSync(join(folder, 'log'), join(folder, 'log.1'));
    expect(output.reopen()).toBeUndefined();
    output.write([{ level: 'info', line: 'two' }]);
    expect(readFileSync(join(folder, 'log.1'), 'utf8')).toBe('one\n');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('two\n');
    rmSync(folder, { recursive: true });
    expect(output.reopen()?.message).toContain('ENOENT');
    output.write([{ level: 'info', line: 'three' }]);
    output.close();
  });

  test('a file that cannot be opened is refused at the start', () => {
    expect(() => createLogOutput(targets({ log_path: join(folder, 'no', 'such') }))).toThrow(
      `Can't open log file ${join(folder, 'no', 'such')}: No such file or directory`,
    );
    expect(() => createLogOutput(targets({ log_path: 'syslog', syslog_facility: 'nonsense' }))).toThrow(
      'Unknown syslog_facility: nonsense',
    );
  });

  test.runIf(existsSync('/dev/full'))('a full disk loses lines and nothing else', () => {
    const full = createFileDestination('/dev/full');
    expect(() => full.write('a\nb\n')).not.toThrow();
    full.close();
    const closed = createDescriptorDestination(999_999);
    expect(() => closed.write('a\n')).not.toThrow();
  });

  test('what was lost is told with the next line that fits', () => {
    const path = join(folder, 'log');
    const file = createFileDestination(path);
    file.close();
    file.write('lost 1\nlost 2\n');
    const again = createLostThenFound(path);
    expect(again).toBe('log: Error: 1 log lines lost: Bad file descriptor\nfound\n');
  });

  test('syslog takes lines even where no daemon listens', () => {
    const output = createLogOutput(targets({ log_path: 'syslog' }));
    expect(() => output.write([{ level: 'info', line: '100% %s %n' }])).not.toThrow();
  });
});

/** Writes one line while the descriptor is closed and one after it was opened again. */
const createLostThenFound = (path: string): string => {
  const file = createFileDestination(path);
  const target = createFileDestination(path);
  file.close();
  file.write('lost\n');
  const reopened = createFileDestination(path);
  file.write('found\n');
  reopened.close();
  target.close();
  return readFileSync(path, 'utf8');
};

describe('lines of a child', () => {
  const wrap = (text: string) => [{ level: 'error' as const, line: `core: Error: ${text}` }];
  const whole = '\x01icore: Info: hello\nFATAL ERROR: heap\n\x01pauth: Panic: x\n\n';
  const expected = [
    { level: 'info', line: 'core: Info: hello' },
    { level: 'error', line: 'core: Error: FATAL ERROR: heap' },
    { level: 'panic', line: 'auth: Panic: x' },
  ];

  test('do not depend on where reads were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const lines = createChildLines(wrap);
        const points = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const seen = points.slice(1).flatMap((end, i) => lines.push(whole.slice(points[i], end)));
        expect([...seen, ...lines.end()]).toEqual(expected);
      }),
    );
  });

  test('a child cannot smuggle control characters, nor fill the memory', () => {
    expect(createChildLines(wrap).push('\x01ia\x1b[2Jb\n')).toEqual([{ level: 'info', line: 'a?[2Jb' }]);
    const lines = createChildLines(wrap);
    expect(lines.push('x'.repeat(70_000))).toHaveLength(1);
    expect(lines.end()).toEqual([]);
  });

  test('what it said last without a newline is kept', () => {
    const lines = createChildLines(wrap);
    lines.push('dying');
    expect(lines.end()).toEqual([{ level: 'error', line: 'core: Error: dying' }]);
  });
});

test.each([
  ['fits into what a child keeps: none is lost', 20_000, 20_000],
  ['does not: what is lost is counted', 60_000, undefined],
])('a child logs more than the master reads, and it %s', async (_, count, expected) => {
  const child = fork(new URL('./child-sink.fixture.ts', import.meta.url), [String(count)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  await new Promise((resolve) => child.once('message', resolve));
  const lines = createChildLines((text) => [{ level: 'error', line: `not ours: ${text}` }]);
  const logged = [];
  for await (const bytes of child.stderr?.setEncoding('utf8') ?? []) logged.push(...lines.push(String(bytes)));
  const lost = /^(\d+) log lines lost/.exec(
    logged.find(({ line }) => / lost: /.test(line))?.line ?? '0 log lines lost',
  );
  const own = logged.filter(({ line }) => /^\d+ x{100}$/.test(line));
  expect(own.length + Number(lost?.[1])).toBe(count);
  expect(logged.length - own.length).toBe(expected === undefined ? 1 : 0);
});
