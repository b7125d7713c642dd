/**
 * A real Dovecot of the 2.3 series in a private directory: own configuration, base_dir, log and ports; everything it
 * started is gone when it is disposed of. Its log lines carry no time stamp.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Finished, type Running, run, startProcess } from './process.ts';
import { until } from './until.ts';

export type Dovecot = {
  readonly dir: string;
  readonly baseDir: string;
  readonly configFile: string;
  readonly pid: number;
  /** What it was configured with, by file name, without the settings all instances share. */
  readonly files: Readonly<Record<string, string>>;
  /** The path of one of its unix sockets. */
  socket(name: string): string;
  log(): string;
  /** Waits for a log line. */
  logged(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  /** Runs Debian's doveadm with this instance's configuration. */
  doveadm(...args: string[]): Promise<Finished>;
  signal(signal: NodeJS.Signals): void;
} & AsyncDisposable;

/** Texts may refer to the instance's directory, into which `files` are written (latin1, mode 0644) before `prepare` runs. */
export type DovecotOptions = {
  readonly config: (dir: string) => string;
  readonly files?: Readonly<Record<string, string | ((dir: string) => string)>>;
  readonly prepare?: (dir: string) => Promise<void>;
};

const DOVECOT = '/usr/sbin/dovecot';
const DOVEADM = '/usr/bin/doveadm';
const START_MS = 20_000;

/** Why interop tests cannot run here, or undefined if they can. */
export const dovecotMissing = (): string | undefined =>
  existsSync(DOVECOT) && existsSync(DOVEADM)
    ? undefined
    : `no ${DOVECOT}: apt-get install dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd`;

/** `2.3.19.1 (9b53102964)` */
export const dovecotVersion = async (): Promise<string> => (await run(DOVECOT, ['--version'])).stdout.trim();

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

export const startDovecot = async (options: DovecotOptions): Promise<Dovecot> => {
  const dir = await makeInstanceDir();
  const configFile = join(dir, 'dovecot.conf');
  const logFile = join(dir, 'dovecot.log');
  const baseDir = join(dir, 'run');
  await mkdir(baseDir);
  const config = options.config(dir);
  const files = Object.fromEntries(
    Object.entries(options.files ?? {}).map(([name, text]) => [name, typeof text === 'string' ? text : text(dir)]),
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text, 'latin1');
  await options.prepare?.(dir);
  await writeFile(configFile, `${common(dir)}\n${config}\n`);

  const master = startProcess(DOVECOT, ['-F', '-c', configFile]);
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'latin1') : '') + master.output();
  const dovecot = instance({ dir, configFile, baseDir, master, log, files: { ...files, 'dovecot.conf': config } });
  try {
    await started(master, log);
  } catch (error) {
    const text = log();
    await dovecot[Symbol.asyncDispose]();
    throw new Error(`Dovecot did not start: ${text}`, { cause: error });
  }
  return dovecot;
};

const started = async (master: Running, log: () => string): Promise<void> => {
  let status: number | undefined;
  void master.exited.then((code) => {
    status = code;
  });
  await until('Dovecot to start', START_MS, () => {
    if (status !== undefined) throw new Error(`exit status ${status}`);
    return log().includes('starting up');
  });
};

type Parts = Pick<Dovecot, 'dir' | 'configFile' | 'baseDir' | 'log' | 'files'> & { master: Running };

const instance = ({ dir, configFile, baseDir, master, log, files }: Parts): Dovecot => ({
  dir,
  baseDir,
  configFile,
  pid: master.pid,
  files,
  log,
  socket: (name) => join(baseDir, name),
  logged: (pattern, deadlineMs = START_MS) =>
    until(`${String(pattern)} in Dovecot's log`, deadlineMs, () => pattern.exec(log()) ?? undefined),
  doveadm: (...args) => run(DOVEADM, ['-c', configFile, ...args]),
  signal: (signal) => master.kill(signal),
  async [Symbol.asyncDispose]() {
    await master[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  },
});

const common = (dir: string): string => `
base_dir = ${join(dir, 'run')}
state_dir = ${join(dir, 'state')}
log_path = ${join(dir, 'dovecot.log')}
log_timestamp =
ssl = no
disable_plaintext_auth = no
listen = 127.0.0.1
default_client_limit = 10000
default_process_limit = 1000
service anvil {
  client_limit = 10000
}
service stats {
  client_limit = 10000
}
service auth {
  client_limit = 10000
}
service imap-login {
  service_count = 0
}
service pop3-login {
  service_count = 0
}
first_valid_uid = 1
${process.getuid?.() === 0 ? '' : unprivileged()}`;

/** Without root everything runs as one user and nothing is chrooted. */
const unprivileged = (): string => {
  const { username, gid } = userInfo();
  const services = ['anvil', 'imap-login', 'pop3-login', 'director', 'ipc', 'dns-client', 'stats'];
  return [
    `default_internal_user = ${username}`,
    `default_login_user = ${username}`,
    `default_internal_group = ${gid}`,
    ...services.map((name) => `service ${name} {\n  chroot =\n}`),
  ].join('\n');
};
