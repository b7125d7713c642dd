/** Plays a scripted dialogue with a real peer and keeps it as the lines of a fixture. */
import { type Address, type LineClient, openLineClient } from '../lib/line-client.ts';
import { until } from '../lib/until.ts';
import type { Mask } from './mask.ts';

/** Where a connection goes, or how it comes about. */
type Target = Address | (() => Promise<LineClient>);

/** One step of a script, on the dialogue's current connection. */
export type Step = (dialogue: Dialogue) => Promise<void>;

export type Case = {
  /** What it shows: the fixture's first comment line. */
  readonly about: string;
  /** Sockets by connection number, when not all go to the recording's own. */
  readonly script: readonly Step[];
};

export type Dialogue = {
  readonly steps: string[];
  client(): Promise<LineClient>;
  use(connection: number, target?: Target): void;
  record(from: 'C' | 'S', bytes: string): void;
  readonly log: () => string;
  logSeen: number;
};

/** Sends each text as one line, all in one write. */
export const send = (...lines: string[]): Step => sendBytes(lines.map((line) => `${line}\n`).join(''));

/** The same with CRLF line ends. */
export const sendCrlf = (...lines: string[]): Step => sendBytes(lines.map((line) => `${line}\r\n`).join(''));

export const sendBytes =
  (bytes: string): Step =>
  async (dialogue) => {
    const client = await dialogue.client();
    dialogue.record('C', bytes);
    client.send(bytes);
  };

/** Reads so many lines. */
export const read =
  (count = 1): Step =>
  async (dialogue) => {
    const client = await dialogue.client();
    for (let n = 0; n < count; n++) dialogue.record('S', await client.rawLine());
  };

/** Reads up to and including the first line that matches. */
export const readUntil =
  (last: RegExp): Step =>
  async (dialogue) => {
    const client = await dialogue.client();
    for (;;) {
      const line = await client.rawLine();
      dialogue.record('S', line);
      if (last.test(line.trimEnd())) return;
    }
  };

/** The peer closes. */
export const closed: Step = async (dialogue) => {
  const rest = await (await dialogue.client()).closed();
  if (rest !== '') dialogue.record('S', rest);
  dialogue.record('S', '<close>');
};

/** The peer logs a line that matches; it becomes part of the fixture. */
export const logs =
  (pattern: RegExp): Step =>
  async (dialogue) => {
    const line = await until(`${String(pattern)} in the peer's log`, 10_000, () =>
      dialogue
        .log()
        .slice(dialogue.logSeen)
        .split('\n')
        .find((text) => pattern.test(text)),
    );
    dialogue.steps.push(`L ${line}`);
  };

/** Goes on with another connection, opened at its first use. */
export const on =
  (connection: number, target?: Target): Step =>
  (dialogue) => {
    dialogue.use(connection, target);
    return Promise.resolve();
  };

/** Runs one case; the result is the fixture's text. */
export const play = async (
  { about, script }: Case,
  address: Address,
  log: () => string,
  mask: Mask,
  captured: string,
): Promise<string> => {
  using clients = new DisposableStack();
  const open = new Map<number, Promise<LineClient>>();
  let current: { connection: number; target: Target } = { connection: 1, target: address };
  const dialogue: Dialogue = {
    steps: [],
    log,
    logSeen: log().length,
    async client() {
      const { connection, target } = current;
      const client = open.get(connection) ?? (typeof target === 'function' ? target() : openLineClient(target));
      open.set(connection, client);
      return clients.use(await client);
    },
    use(connection, other) {
      current = { connection, target: other ?? address };
    },
    record(from, bytes) {
      const actor = current.connection === 1 ? from : `${from}${current.connection}`;
      dialogue.steps.push(...fixtureLines(bytes).map((line) => (line === '' ? actor : `${actor} ${line}`)));
    },
  };
  for (const step of script) await step(dialogue);
  return [...about.split('\n').map((line) => `# ${line}`), `# captured: ${captured}`, ...dialogue.steps.map(mask)]
    .map(escapeControls)
    .join('\n')
    .concat('\n');
};

const fixtureLines = (bytes: string): string[] => {
  if (bytes === '<close>') return [bytes];
  const lines = bytes.replaceAll('\\', '\\\\').split('\n');
  const rest = lines.pop() ?? '';
  return rest === '' ? lines : [...lines, `${rest}\\c`];
};

/** Last of all, so that masks see real TABs. */
const escapeControls = (line: string): string =>
  line
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replace(/[\0-\x1f\x7f-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
