/**
 * A server that speaks dovecot.conf, Dovecot's or ours, in a private directory: own configuration, base_dir, log and
 * ports; everything it started is gone when it is disposed of. Its log lines carry no time stamp.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, startProcess } from './process.ts';
import { until } from './until.ts';

export type Server = {
  readonly dir: string;
  readonly baseDir: string;
  readonly configFile: string;
  readonly pid: number;
  /** What it was configured with, by file name, without the settings all instances share. */
  readonly files: Readonly<Record<string, string>>;
  /** The path of one of its unix sockets. */
  socket(name: string): string;
  log(): string;
  /** Waits for a log line; `from`: an offset into `log()`. */
  logged(pattern: RegExp, deadlineMs?: number, from?: number): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** Its exit status, once it has ended. */
  readonly exited: Promise<number>;
  /** The same server once more, after its end: its log begins anew. The directory goes with the first one. */
  again(): Promise<Server>;
} & AsyncDisposable;

/** Texts may refer to the instance's directory, into which `files` are written (latin1) before `prepare` runs. */
export type ServerOptions = {
  readonly config: (dir: string) => string;
  readonly files?: Readonly<Record<string, string | ((dir: string) => string)>>;
  readonly prepare?: (dir: string) => Promise<void>;
  /** Added to our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** What the command line is preceded by: a program that replaces itself with the server. */
  readonly enter?: readonly string[];
};

/** `common`: the settings that all instances of the program share. `first`: what has to stand before every setting. */
export type ServerProgram = {
  readonly name: string;
  readonly command: string;
  readonly first?: string;
  readonly common: (dir: string) => string;
};

const START_MS = 20_000;

/** A new directory below the system's temporary one that every user may enter. */
export const makeInstanceDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'homing-interop-'));
  await chmod(dir, 0o755);
  return dir;
};

/** `<dir>/mail`, in which every user may make a mail directory. */
export const makeMailDir = async (dir: string): Promise<void> => {
  await mkdir(join(dir, 'mail'));
  await chmod(join(dir, 'mail'), 0o777);
};

/** Resolves when it serves; rejects with its log if it ends instead. */
export const startServer = async (program: ServerProgram, options: ServerOptions): Promise<Server> => {
  const dir = await makeInstanceDir();
  const configFile = join(dir, 'server.conf');
  const logFile = join(dir, 'server.log');
  const baseDir = join(dir, 'run');
  await mkdir(baseDir);
  const config = options.config(dir);
  const files = Object.fromEntries(
    Object.entries(options.files ?? {}).map(([name, text]) => [name, typeof text === 'string' ? text : text(dir)]),
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text, 'latin1');
  await options.prepare?.(dir);
  const paths = `${program.first ?? ''}base_dir = ${baseDir}\nlog_path = ${logFile}\nlog_timestamp =\n`;
  await writeFile(configFile, `${paths}${program.common(dir)}\n${config}\n`);

  const command = [...(options.enter ?? []), program.command, '-F', '-c', configFile];
  const parts = { dir, configFile, logFile, baseDir, files: { ...files, 'dovecot.conf': config } };
  const launch = { name: program.name, command, env: { ...process.env, ...options.env }, parts };
  return launchServer(launch, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
};

type Parts = Pick<Server, 'dir' | 'configFile' | 'baseDir' | 'files'> & { readonly logFile: string };

type Launch = {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly parts: Parts;
};

const launchServer = async (launch: Launch, cleanUp: () => Promise<void>): Promise<Server> => {
  const { name, parts, env } = launch;
  const logged = (): string => (existsSync(parts.logFile) ? readFileSync(parts.logFile, 'latin1') : '');
  const before = logged().length;
  const [command = '', ...args] = launch.command;
  const running = startProcess(command, args, { env });
  const log = (): string => logged().slice(before) + running.output();
  const server = instance(launch, running, log, cleanUp);
  try {
    await started(name, running, log);
  } catch (error) {
    const text = log();
    await server[Symbol.asyncDispose]();
    throw new Error(`${name} did not start: ${text}`, { cause: error });
  }
  return server;
};

const started = async (name: string, running: Running, log: () => string): Promise<void> => {
  let status: number | undefined;
  void running.exited.then((code) => {
    status = code;
  });
  await until(`${name} to start`, START_MS, () => {
    if (status !== undefined) throw new Error(`exit status ${status}`);
    return log().includes('starting up');
  });
};

const instance = (launch: Launch, running: Running, log: () => string, cleanUp: () => Promise<void>): Server => ({
  dir: launch.parts.dir,
  baseDir: launch.parts.baseDir,
  configFile: launch.parts.configFile,
  files: launch.parts.files,
  pid: running.pid,
  log,
  exited: running.exited,
  socket: (name) => join(launch.parts.baseDir, name),
  logged: (pattern, deadlineMs = START_MS, from = 0) =>
    until(`${String(pattern)} in the log`, deadlineMs, () => pattern.exec(log().slice(from)) ?? undefined),
  signal: (signal) => running.kill(signal),
  async again() {
    await running.exited;
    return launchServer(launch, async () => undefined);
  },
  async [Symbol.asyncDispose]() {
    await running[Symbol.asyncDispose]();
    await cleanUp();
  },
});
