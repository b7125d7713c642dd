import { createClients } from './clients.ts';
import { createEventQueue } from './event-queue.ts';
import { createNetwork } from './network.ts';
import { createRandom } from './random.ts';
import { refresh } from './requests.ts';
import { memberOf, type World, type WorldOptions } from './world.ts';

/** 2026-11-22, a whole second. */
const START = 1_795_307_000_000;

/** Nobody runs yet. */
export const createWorld = (options: WorldOptions): World => {
  const { seed, settings, observer, directors } = options;
  const queue = createEventQueue(START);
  const random = createRandom(seed);
  const clients = createClients({
    queue,
    refreshSeconds: Math.floor(settings.director_user_expire / 2),
    refresh: (session) => refresh(world, session),
    started: (session) => observer.handedOut(session),
    kicked: (session) => observer.kicked(session),
  });
  const world: World = {
    options,
    queue,
    random,
    network: createNetwork(queue, random),
    clients,
    members: new Map(),
    removed: new Map(),
    waitingAdmins: new Map(),
    startedAt: START,
    nextSession: 1,
  };
  for (const name of directors) memberOf(world, name);
  return world;
};
