/**
 * The configuration is read once, by the master, as root. The other processes load it again from what the master read:
 * the same text gives the same `Config`, no process needs to be able to read the files, and none can see a half-written
 * one. A plain value, so that it travels over a process's message channel.
 */
import type { FileRead, Source } from '@homing/config';

export type Recording = {
  /** The main file. */
  readonly path: string;
  readonly files: ReadonlyMap<string, FileRead>;
  readonly globs: ReadonlyMap<string, readonly string[]>;
  readonly environment: ReadonlyMap<string, string | undefined>;
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  readonly users: ReadonlyMap<string, boolean>;
};

/** A source that answers as `source` does and remembers. `recording` holds all answers given so far. */
export const recordSource = (path: string, source: Source): { source: Source; recording: Recording } => {
  const recording = {
    path,
    files: new Map<string, FileRead>(),
    globs: new Map<string, readonly string[]>(),
    environment: new Map<string, string | undefined>(),
    hosts: new Map<string, readonly string[]>(),
    users: new Map<string, boolean>(),
  };
  return {
    recording,
    source: {
      read: remember(recording.files, source.read),
      glob: remember(recording.globs, source.glob),
      env: remember(recording.environment, source.env),
      resolveHost: remember(recording.hosts, source.resolveHost),
      userExists: remember(recording.users, source.userExists),
    },
  };
};

const remember =
  <Answer>(answers: Map<string, Answer>, ask: (question: string) => Answer) =>
  (question: string): Answer => {
    const known = answers.get(question);
    if (known !== undefined || answers.has(question)) return known as Answer;
    const answer = ask(question);
    answers.set(question, answer);
    return answer;
  };

/** Answers from the recording alone. What was not asked then has no answer now, and loading is deterministic. */
export const replaySource = (recording: Recording): Source => ({
  read: (path) => recording.files.get(path) ?? { failure: 'No such file or directory' },
  glob: (pattern) => recording.globs.get(pattern) ?? [],
  env: (name) => recording.environment.get(name),
  resolveHost: (name) => recording.hosts.get(name) ?? [],
  userExists: (name) => recording.users.get(name) ?? false,
});
