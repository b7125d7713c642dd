/**
 * The C library calls that Node lacks, and nothing else: every use of them is in this folder, `log/syslog.ts` and
 * `socket/`. Loaded on first use, so that a program which needs none of them runs where koffi cannot. Linux x64 and arm64.
 */
import koffi from 'koffi';

export type PasswordRow = { pw_name: string; pw_uid: number; pw_gid: number };
export type GroupRow = { gr_name: string; gr_gid: number };
export type ResourceLimit = { cur: bigint | number; max: bigint | number };

export type Libc = {
  socket: (family: number, type: number, protocol: number) => number;
  bind: (fd: number, address: Uint8Array, size: number) => number;
  listen: (fd: number, backlog: number) => number;
  close: (fd: number) => number;
  fcntl: (fd: number, command: number, type: 'int', argument: number) => number;
  setsockopt: (fd: number, level: number, name: number, value: Int32Array, size: number) => number;
  inet_pton: (family: number, text: string, address: Uint8Array) => number;
  mkfifo: (path: string, mode: number) => number;
  open: (path: string, flags: number) => number;
  flock: (fd: number, operation: number) => number;
  openlog: (ident: unknown, option: number, facility: number) => void;
  syslog: (priority: number, format: string, type: 'string', text: string) => void;
  passwordRow: (name: string) => PasswordRow | undefined;
  passwordRowByNumber: (uid: number) => PasswordRow | undefined;
  groupRow: (name: string) => GroupRow | undefined;
  getrlimit: (resource: number, limit: Partial<ResourceLimit>) => number;
  setrlimit: (resource: number, limit: ResourceLimit) => number;
};

/** A failed call: `code` is the errno's name, so it reads like an error of Node's own. */
export class SystemCallError extends Error {
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number, path?: string) {
    const code = errnoName(errno);
    super(`${syscall}(${path ?? ''}) failed: ${errnoText(code)}`);
    this.name = 'SystemCallError';
    this.code = code;
    this.syscall = syscall;
  }
}

/** Throws unless `result` is a success (not negative). */
export const checked = (syscall: string, result: number, path?: string): number => {
  if (result < 0) throw new SystemCallError(syscall, koffi.errno(), path);
  return result;
};

let loaded: Libc | undefined;

export const libc = (): Libc => {
  loaded ??= load();
  return loaded;
};

const load = (): Libc => {
  const c = koffi.load(null);
  const passwd = koffi.struct({
    pw_name: 'const char *',
    pw_passwd: 'const char *',
    pw_uid: 'uint32_t',
    pw_gid: 'uint32_t',
    pw_gecos: 'const char *',
    pw_dir: 'const char *',
    pw_shell: 'const char *',
  });
  const group = koffi.struct({
    gr_name: 'const char *',
    gr_passwd: 'const char *',
    gr_gid: 'uint32_t',
    gr_mem: 'void *',
  });
  const rlimit = koffi.struct({ cur: 'uint64_t', max: 'uint64_t' });
  const getpwnam = c.func('getpwnam', koffi.pointer(passwd), ['const char *']);
  const getpwuid = c.func('getpwuid', koffi.pointer(passwd), ['uint32_t']);
  const getgrnam = c.func('getgrnam', koffi.pointer(group), ['const char *']);
  /** The row lies in static memory that the next call overwrites, so it is copied at once. */
  const row = (pointer: unknown, type: ReturnType<typeof koffi.struct>): unknown =>
    pointer === null ? undefined : koffi.decode(pointer as object, type);
  return {
    socket: c.func('int socket(int family, int type, int protocol)'),
    bind: c.func('int bind(int fd, _In_ uint8_t *address, uint32_t size)'),
    listen: c.func('int listen(int fd, int backlog)'),
    close: c.func('int close(int fd)'),
    fcntl: c.func('int fcntl(int fd, int command, ...)'),
    setsockopt: c.func('int setsockopt(int fd, int level, int name, _In_ int *value, uint32_t size)'),
    inet_pton: c.func('int inet_pton(int family, const char *text, _Out_ uint8_t *address)'),
    open: c.func('int open(const char *path, int flags)'),
    mkfifo: c.func('int mkfifo(const char *path, uint32_t mode)'),
    flock: c.func('int flock(int fd, int operation)'),
    openlog: c.func('void openlog(void *ident, int option, int facility)'),
    syslog: c.func('void syslog(int priority, const char *format, ...)'),
    passwordRow: (name) => row(getpwnam(name), passwd) as PasswordRow | undefined,
    passwordRowByNumber: (uid) => row(getpwuid(uid), passwd) as PasswordRow | undefined,
    groupRow: (name) => row(getgrnam(name), group) as GroupRow | undefined,
    getrlimit: c.func('getrlimit', 'int', ['int', koffi.out(koffi.pointer(rlimit))]),
    setrlimit: c.func('setrlimit', 'int', ['int', koffi.pointer(rlimit)]),
  };
};

const errnoName = (errno: number): string =>
  Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;

/** strerror() texts of the codes an operator meets; others are shown by name. */
export const errnoText = (code: string): string => STRERROR[code] ?? code;

const STRERROR: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EAGAIN: 'Resource temporarily unavailable',
  EBADF: 'Bad file descriptor',
  ECONNREFUSED: 'Connection refused',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EROFS: 'Read-only file system',
};
