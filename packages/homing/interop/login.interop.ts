/** The same bytes to Dovecot's login processes and to our login workers, the answers compared byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from './lib/login-cases.ts';
import { imapCases } from './lib/login-cases-imap.ts';
import { pop3Cases } from './lib/login-cases-pop3.ts';
import { type LoginPair, type Protocol, startLoginPair } from './lib/login-pair.ts';
import { runScript } from './lib/script.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

/** Host and time of temporary failures, session lengths of the backend. */
const mask = (answers: readonly string[]): string[] =>
  answers.map((answer) =>
    answer
      .replace(/\[[^ \]]+:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/g, '[HOST:TIME]')
      .replace(/\(\d\.\d{3} \+ \d\.\d{3}(?: \+ \d\.\d{3})? secs\)/g, '(SECS)'),
  );

const LOG_MS = 5000;

const isEnd = (line: string): boolean => /: Disconnected/.test(line);

/** What differs from run to run: sessions, ports, times, and the bytes of session ids of another length. */
const maskLine = (line: string): string =>
  line
    .replace(/session=<[^>]*>/, 'session=<S>')
    // Node does not tell whether a peer closed TLS properly, nor how much of a buffer was free.
    .replace(', TLS: Connection closed,', ', TLS,')
    .replace(/: read\(size=\d+\) failed: Connection reset by peer/, '')
    .replace(/\(\d\.\d{3} secs/, '(T secs')
    .replace(/local=127\.0\.0\.1:\d+/, 'local=L')
    .replace(/\b(after|waited) \d+ secs/g, '$1 N secs')
    .replace(/in \d+ secs\)/, 'in N secs)');

describeWithDovecot('client bytes to both front ends', () => {
  let pair: LoginPair;
  beforeAll(async () => {
    pair = await startLoginPair();
  });
  afterAll(async () => {
    await pair?.[Symbol.asyncDispose]();
  });

  const compare = async (protocol: Protocol, { from, tls, steps, greeting }: Case): Promise<void> => {
    const listener = tls === true ? (`${protocol}s` as const) : protocol;
    const target = { ...(from === undefined ? {} : { from }), ...(tls === undefined ? {} : { tls }) };
    const before = { theirs: pair.dovecot.log().length, ours: pair.entries.length };
    const [theirs, ours] = await Promise.all([
      runScript({ ...target, port: pair.theirs[listener] }, steps, greeting),
      runScript({ ...target, port: pair.ours[listener] }, steps, greeting),
    ]);
    expect(mask(ours)).toEqual(mask(theirs));
    const logged = await until('both logs to tell the end', LOG_MS, () => {
      const lines = { theirs: theirLines(protocol, before.theirs), ours: ourLines(protocol, before.ours) };
      return lines.theirs.some(isEnd) && lines.ours.some(isEnd) && lines;
    });
    expect(logged.ours).toEqual(logged.theirs);
  };

  const theirLines = (protocol: Protocol, from: number): string[] =>
    pair.dovecot
      .log()
      .slice(from)
      .split('\n')
      .filter((line) => line.startsWith(`${protocol}-login: `))
      .map(maskLine);
  const ourLines = (protocol: Protocol, from: number): string[] =>
    pair.entries
      .slice(from)
      .map(({ service, level, text }) => `${service}: ${level[0]?.toUpperCase() ?? ''}${level.slice(1)}: ${text}`)
      .filter((line) => line.startsWith(`${protocol}-login: `))
      .map(maskLine);

  test.each(imapCases)('IMAP: $name', (one) => compare('imap', one));
  test.each(pop3Cases)('POP3: $name', (one) => compare('pop3', one));
});
