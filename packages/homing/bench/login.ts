/**
 * Whole IMAP logins a second through a proxy with a director, to two backends, plaintext on both legs, both proxies with
 * one login process a processor. `login-imap` has real Dovecots behind it; they need more processor time for a login
 * than either proxy, so on a small machine this measures them, and the ratio tends to 1. `login-imap-scripted` has a
 * backend that costs next to nothing, and measures the proxies. `login-imap-cpu` is the processor time that all processes
 * of a proxy spent on one of those logins, which other load on the machine disturbs least.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { freePort, freePorts } from '../interop/lib/ports.ts';
import { startProcess } from '../interop/lib/process.ts';
import { makeMailDir, type Server } from '../interop/lib/server.ts';
import { until } from '../interop/lib/until.ts';
import { processorTime } from './processor-time.ts';
import { compare, type Done, type Effort, loadOn, type Result } from './result.ts';
import { PASSWORD, passwdFile } from './users.ts';

const USERS = 1000;
const PARALLEL = 20;
const BACKENDS = ['127.0.0.11', '127.0.0.12'] as const;

const START_MS = 10_000;

const imapListener = (address: string, port: number): string => `
protocols = imap
service imap-login {
  service_count = 0
  process_min_avail = ${availableParallelism()}
  inet_listener imap {
    address = ${address}
    port = ${port}
  }
}
`;

const backend = (address: string, port: number) => ({
  config: (dir: string) => `${imapListener(address, port)}
service imap {
  service_count = 1000
  process_min_avail = 2
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=10000 gid=10000 home=${dir}/mail/%u
}
mail_location = maildir:~/Maildir
`,
  prepare: makeMailDir,
});

const proxy = (port: number, backendPort: number) => ({
  config: (dir: string) => `${imapListener('127.0.0.1', port)}
director_mail_servers = ${BACKENDS.join(' ')}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
service imap-login {
  executable = imap-login director
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
}
`,
  files: { users: passwdFile(USERS, `proxy=y port=${backendPort}`) },
});

const startScripted = async (port: number): Promise<AsyncDisposable> => {
  const file = fileURLToPath(new URL('load/imap-backend.ts', import.meta.url));
  const running = startProcess(process.execPath, [file, String(port), ...BACKENDS]);
  await until('the scripted backend to listen', START_MS, () => running.output().includes('ready'));
  return running;
};

type Proxy = { readonly server: Server; readonly port: number; logins: number; processorSeconds: number };

export const benchLogin = async (effort: Effort): Promise<Result[]> => {
  const behindReal = await benchProxies('login-imap', effort, async (port, stack) => {
    for (const address of BACKENDS) stack.use(await startDovecot(backend(address, port)));
  });
  const behindScripted = await benchProxies('login-imap-scripted', effort, async (port, stack) => {
    stack.use(await startScripted(port));
  });
  return [behindReal.rate, behindScripted.rate, { ...behindScripted.cost, work: 'login-imap-cpu' }];
};

const benchProxies = async (
  work: string,
  { seconds, turns }: Effort,
  startBackends: (port: number, stack: AsyncDisposableStack) => Promise<void>,
): Promise<{ rate: Result; cost: Result }> => {
  await using stack = new AsyncDisposableStack();
  const backendPort = await freePort(BACKENDS[0]);
  await startBackends(backendPort, stack);
  const [dovecotPort = 0, homingPort = 0] = await freePorts(2);
  const dovecot = measured(stack.use(await startDovecot(proxy(dovecotPort, backendPort))), dovecotPort);
  const homing = measured(stack.use(await startHoming(proxy(homingPort, backendPort))), homingPort);
  const contenders = [
    { name: 'homing', target: String(homingPort) },
    { name: 'dovecot', target: String(dovecotPort) },
  ] as const;
  // The first logins of a process say nothing about those of a server that runs for months.
  for (const { port } of [homing, dovecot]) await loadOn('login-load', String(port), PARALLEL, seconds, USERS);
  const rate = await compare(work, 'logins/s', contenders, turns, async (target) => {
    const done = await logIn(target === String(homingPort) ? homing : dovecot, seconds);
    return done.count / done.seconds;
  });
  const [ours, theirs] = [microsecondsPerLogin(homing), microsecondsPerLogin(dovecot)];
  const cost = { work, homing: ours, dovecot: theirs, ratio: theirs / ours, unit: 'µs/login' };
  return { rate, cost };
};

const measured = (server: Server, port: number): Proxy => ({ server, port, logins: 0, processorSeconds: 0 });

const logIn = async (contender: Proxy, seconds: number): Promise<Done> => {
  const before = processorTime(contender.server.pid);
  const done = await loadOn('login-load', String(contender.port), PARALLEL, seconds, USERS);
  contender.processorSeconds += processorTime(contender.server.pid) - before;
  contender.logins += done.count;
  return done;
};

const microsecondsPerLogin = ({ processorSeconds, logins }: Proxy): number => (processorSeconds * 1e6) / logins;
