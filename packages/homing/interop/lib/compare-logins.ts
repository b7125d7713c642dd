/** A client's script to both front ends: answers and log lines must be the same but for what differs from run to run. */
import { expect } from 'vitest';
import type { Case } from './login-cases.ts';
import type { ListenerName, LoginPair, Protocol } from './login-pair.ts';
import { runScript } from './script.ts';
import { until } from './until.ts';

/** `listener`: the protocol's own unless told, with TLS for those that have it from the start. */
export const compareLogins = async (
  pair: LoginPair,
  protocol: Protocol,
  one: Case,
  listener: ListenerName = one.tls === true ? `${protocol}s` : protocol,
): Promise<void> => {
  const { steps, greeting, ...target } = one;
  const before = { theirs: pair.dovecot.log().length, ours: pair.entries.length };
  const [theirs, ours] = await Promise.all([
    runScript({ ...target, port: pair.theirs[listener] }, steps, greeting),
    runScript({ ...target, port: pair.ours[listener] }, steps, greeting),
  ]);
  expect(mask(ours)).toEqual(mask(theirs));
  const logged = await until('both logs to tell the end', LOG_MS, () => {
    const lines = { theirs: theirLines(pair, protocol, before.theirs), ours: ourLines(pair, protocol, before.ours) };
    return lines.theirs.some(isEnd) && lines.ours.some(isEnd) && lines;
  });
  expect(logged.ours).toEqual(logged.theirs);
};

const theirLines = (pair: LoginPair, protocol: Protocol, from: number): string[] =>
  pair.dovecot
    .log()
    .slice(from)
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}-login: `))
    .map(maskLine);

const ourLines = (pair: LoginPair, protocol: Protocol, from: number): string[] =>
  pair.entries
    .slice(from)
    .map(({ service, level, text }) => `${service}: ${level[0]?.toUpperCase() ?? ''}${level.slice(1)}: ${text}`)
    .filter((line) => line.startsWith(`${protocol}-login: `))
    .map(maskLine);

/** Host and time of temporary failures, session lengths of the backend. */
const mask = (answers: readonly string[]): string[] =>
  answers.map((answer) =>
    answer
      .replace(/\[[^ \]]+:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/g, '[HOST:TIME]')
      .replace(/\(\d\.\d{3} \+ \d\.\d{3}(?: \+ \d\.\d{3})? secs\)/g, '(SECS)'),
  );

const LOG_MS = 5000;

const isEnd = (line: string): boolean => /: (?:Disconnected|haproxy)/.test(line);

/** What differs from run to run: sessions, ports, times, and the bytes of session ids of another length. */
const maskLine = (line: string): string =>
  line
    .replace(/session=<[^>]*>/, 'session=<S>')
    .replace(/\(\d+s idle/, '(Ns idle')
    // Node does not tell whether a peer closed TLS properly, nor how much of a buffer was free.
    .replace(', TLS: Connection closed,', ', TLS,')
    .replace(/: read\(size=\d+\) failed: Connection reset by peer/, '')
    .replace(/\(\d\.\d{3} secs/, '(T secs')
    .replace(/local=127\.0\.0\.1:\d+/, 'local=L')
    .replace(/\b(after|waited) \d+ secs/g, '$1 N secs')
    .replace(/in \d+ secs\)/, 'in N secs)');
