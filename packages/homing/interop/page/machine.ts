/**
 * A machine of its own, as far as a page can tell: own network with the page's addresses, own /run, /etc, and Dovecot 2.4
 * with Debian's configuration; a Homing that is installed as README.md says. All of it is gone with the last process.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Finished, type Running, run, startProcess } from '../lib/process.ts';
import { until } from '../lib/until.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export type Machine = {
  /** A shell's words, as root: where Homing is installed, or where Dovecot is. */
  run(where: 'homing' | 'dovecot', command: string): Promise<Finished>;
  start(where: 'homing' | 'dovecot', command: string): Running;
} & AsyncDisposable;

/** Why there can be no such machine here, or undefined. */
export const machineMissing = async (): Promise<string | undefined> => {
  const { code, stderr } = await run('unshare', ['-m', '-n', 'ip', 'link', 'set', 'lo', 'up']);
  if (code !== 0) return `no network and mounts of its own (unshare -m -n ip link): ${stderr.trim()}`;
  const root = await run('nsenter', ['-t', String(process.pid), '-m', 'stat', '-c', '%d %i', '/']);
  const { dev, ino } = statSync('/');
  return root.stdout.trim() === `${dev} ${ino}` ? undefined : 'this is a chroot, and nsenter -m leaves it';
};

/** `dir`: for what is written; every user can enter it. `addresses`: the machine's. */
export const startMachine = async (dir: string, addresses: readonly string[]): Promise<Machine> => {
  const inside = `mount --make-rprivate / && exec ${repository}scripts/dovecot24 sleep infinity`;
  const holder = startProcess('unshare', ['-m', '-n', 'sh', '-c', inside]);
  const { pid } = holder;
  await until('the machine', 10_000, () => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n');
  const words = (where: 'homing' | 'dovecot', command: string): [string, string[]] => {
    const path = where === 'homing' ? `${repository}packages/homing/bin:${process.env.PATH}` : DEBIAN_PATH;
    const enter = ['-t', String(pid), '-m', '-n', ...(where === 'dovecot' ? ['-r', '-w'] : [])];
    return ['nsenter', [...enter, 'env', `PATH=${path}`, NODE_STARTS_SOONER, 'sh', '-c', command]];
  };
  const machine: Machine = {
    run: (where, command) => run(...words(where, command)),
    start: (where, command) => startProcess(...words(where, command)),
    async [Symbol.asyncDispose]() {
      for (const other of inhabitants(pid)) kill(other);
      await holder[Symbol.asyncDispose]();
    },
  };
  const made = await machine.run('homing', setUp(dir, addresses, pid));
  if (made.code === 0) return machine;
  await machine[Symbol.asyncDispose]();
  throw new Error(`the machine cannot be set up: ${made.stderr}`);
};

const NODE_STARTS_SOONER = `NODE_COMPILE_CACHE=${tmpdir()}/homing-interop-compile-cache`;
const DEBIAN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `root` is empty where Dovecot 2.4 is the machine's own. */
const setUp = (dir: string, addresses: readonly string[], pid: number): string => `set -e
root=$(readlink /proc/${pid}/root)
[ "$root" != / ] || root=
ip link set lo up
for address in ${addresses.join(' ')}; do ip address add "$address/32" dev lo; done
mkdir ${dir}/etc
cp -a /etc/. ${dir}/etc
rm -rf ${dir}/etc/dovecot
cp -a "$root/etc/dovecot" ${dir}/etc/dovecot
cp "$root/etc/passwd" "$root/etc/group" ${dir}/etc
mkdir -p ${dir}/etc/homing ${dir}/etc/tmpfiles.d
cp -r ${repository}conf.d ${dir}/etc/homing
mount --bind ${dir}/etc /etc
mount -t tmpfs -o mode=755 none /run
mount -t tmpfs -o mode=755 none /var/lib
mkdir -p /var/lib/dovecot
if [ -n "$root" ]; then
  mount --rbind /run "$root/run"
  mount --bind /etc/dovecot "$root/etc/dovecot"
  mount --bind /var/lib/dovecot "$root/var/lib/dovecot"
fi
`;

/** All processes that see what is mounted there, the holder left out. */
const inhabitants = (pid: number): number[] => {
  const space = mounts(pid);
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((other) => other !== pid && space !== undefined && mounts(other) === space);
};

const mounts = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};
