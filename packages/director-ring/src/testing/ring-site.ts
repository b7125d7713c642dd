/** Directors of one ring in one process, over real loopback sockets. Each has an address of its own and any free port. */
import { type OpenPort, openPort } from '@homing/io/testing';
import type { DirectorHost } from '../core/ring/ring.ts';
import type { DirectorSettings } from '../core/settings.ts';
import type { DirectorOptions, DirectorService } from '../service/director.ts';
import { ip } from './core.ts';
import { startTestDirector } from './start.ts';

export type Place = { readonly host: DirectorHost; readonly server: OpenPort['server'] };

/** A ring port that nobody serves yet. */
export const openPlace = async (address: string): Promise<Place> => {
  const { server, port } = await openPort(address);
  return { host: { ip: ip(address), port }, server };
};

export type RingMember = AsyncDisposable & {
  readonly host: DirectorHost;
  readonly director: DirectorService;
  readonly logged: () => string[];
  /** What `director-admin` answers, without its hello. */
  readonly admin: (command: string) => Promise<string>;
  /** Logs in; the mail host. */
  readonly login: (username: string) => Promise<string>;
};

const HELLO = 'VERSION\tdirector-doveadm\t1\t0\n';

export const startRingMember = async (
  place: Place,
  servers: readonly DirectorHost[],
  changed: Partial<DirectorSettings> = {},
  more: Partial<DirectorOptions> = {},
): Promise<RingMember> => {
  const director_servers = servers.map(({ ip: address, port }) => `[${address}]:${port}`).join(' ');
  const { director, logged, auth, open } = await startTestDirector(
    { director_servers, ...changed },
    { ringAddress: place.host, now: () => performance.timeOrigin + performance.now(), ...more },
  );
  place.server.on('connection', director.acceptRing);
  let id = 0;
  const client = await open(director.acceptAuth);
  return {
    host: place.host,
    director,
    logged,
    async admin(command) {
      const admin = await open(director.acceptAdmin);
      admin.outlet?.send(`${HELLO}${command}\n`);
      await until(() => admin.received.length > HELLO.length);
      admin.outlet?.close();
      return admin.received.slice(HELLO.length);
    },
    async login(username) {
      id++;
      auth.outlet?.send(`OK\t${id}\tuser=${username}\tproxy\n`);
      const reply = new RegExp(`^OK\\t${id}\\t.*\\thost=(\\S+)`, 'm');
      await until(() => reply.test(client.received));
      return reply.exec(client.received)?.[1] ?? '';
    },
    async [Symbol.asyncDispose]() {
      place.server.close();
      await director[Symbol.asyncDispose]();
    },
  };
};

const DEADLINE_MS = 3000;

/** Rejects after a while. */
export const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
