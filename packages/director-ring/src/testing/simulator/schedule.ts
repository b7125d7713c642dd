/**
 * A random life of a ring: people log in all the time, administrators change things, machines and links fail. Each seed
 * has its own kinds of trouble, so that what must hold without exemption is seen as often as what heals.
 */
import { createRandom, type Random } from './random.ts';
import type { SimulationOptions } from './simulation.ts';

export type Schedule = { readonly options: SimulationOptions; readonly commands: readonly string[] };

type Trouble = 'backends' | 'expiry' | 'moves' | 'flushes' | 'links' | 'machines' | 'freezes' | 'members';

type Draft = {
  readonly random: Random;
  readonly directors: readonly string[];
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly expireSeconds: number;
  readonly commands: string[];
  readonly down: Set<string>;
  readonly removed: Set<string>;
};

const TROUBLES: readonly Trouble[] = [
  'backends',
  'expiry',
  'moves',
  'flushes',
  'links',
  'machines',
  'freezes',
  'members',
];
const HOSTS = ['10.2.0.11', '10.2.0.12', '10.2.0.13', '10.2.0.14'];

export const randomSchedule = (seed: number): Schedule => {
  const random = createRandom(seed);
  const directors = Array.from({ length: random.pick([1, 2, 2, 3, 3, 3, 4, 5]) }, (_, i) => `d${i + 1}`);
  const hosts = HOSTS.slice(0, random.between(2, HOSTS.length));
  const users = Array.from({ length: random.pick([2, 6, 12, 30]) }, (_, i) => `u${i + 1}`);
  const expireSeconds = random.pick([12, 30, 60]);
  const lists = { directors, hosts, users };
  const draft: Draft = { random, ...lists, expireSeconds, commands: [], down: new Set(), removed: new Set() };
  const troubles = TROUBLES.filter(() => random.chance(0.4));
  startAll(draft);
  const steps = random.between(20, 120);
  for (let step = 0; step < steps; step++) {
    wait(draft, random.pick([0.003, 0.05, 0.5, 2, 8]));
    if (troubles.length === 0 || random.chance(0.6)) logIn(draft);
    else TROUBLE[random.pick(troubles)](draft);
    if (random.chance(0.03)) wait(draft, 60);
  }
  const options = { directors, hosts: hosts.join(' '), expireSeconds, pingIdleSeconds: 30, seed, comesBack: true };
  return { options, commands: draft.commands };
};

const wait = ({ random, commands }: Draft, atMost: number): void => {
  commands.push(`wait ${random.between(0, atMost * 1000) / 1000}`);
};

/** Milliseconds since the world began. */
const elapsed = ({ commands }: Draft): number =>
  commands.reduce(
    (ms, command) => ms + (command.startsWith('wait ') ? Math.round(Number(command.slice(5)) * 1000) : 0),
    0,
  );

const startAll = (draft: Draft): void => {
  const { random, directors, commands } = draft;
  const left = [...directors];
  const isTogether = random.chance(0.5);
  while (left.length > 0) {
    const [name] = left.splice(random.below(left.length), 1);
    commands.push(`start ${name}`);
    if (!isTogether) wait(draft, 10);
  }
  for (const a of directors) {
    for (const b of directors)
      if (a < b && random.chance(0.3)) commands.push(`delay ${a} ${b} ${random.between(0, 200)}`);
  }
  wait(draft, 60);
};

const logIn = ({ random, directors, users, commands }: Draft): void => {
  commands.push(`login ${random.pick(directors)} ${random.pick(users)} ${random.between(1, 120)}`);
};

const logInAtOnce = (draft: Draft): void => {
  const { random, users, directors, commands } = draft;
  const delay = random.pick([0.001, 0.002, 0.01, 0.1]);
  for (const user of users) {
    commands.push(`login ${random.pick(directors)} ${user} ${random.between(1, 30)}`);
    if (random.chance(0.5)) commands.push(`login ${random.pick(directors)} ${user} ${random.between(1, 30)}`);
    if (random.chance(0.3)) wait(draft, delay);
  }
};

const TROUBLE: Readonly<Record<Trouble, (draft: Draft) => void>> = {
  backends(draft) {
    const { random, hosts } = draft;
    const ip = random.pick(hosts);
    const change = random.pick([
      `HOST-SET ${ip} ${random.between(0, 100)}`,
      `HOST-DOWN ${ip}`,
      `HOST-UP ${ip}`,
      `HOST-UP ${ip}`,
      `HOST-RESET-USERS ${ip}`,
    ]);
    askAny(draft, change);
    // People who come while it is on its way.
    if (random.chance(0.5)) logInAtOnce(draft);
  },
  /** Somebody is not where his hash says, expires soon, and comes again at two directors: often one before, one after. */
  expiry(draft) {
    const { random, directors, hosts, users, commands, expireSeconds } = draft;
    const user = random.pick(users);
    const comes = (seconds: number): void => void commands.push(`login ${random.pick(directors)} ${user} ${seconds}`);
    comes(1);
    askAny(draft, `USER-MOVE ${user} ${random.pick(hosts)}`);
    commands.push('wait 4');
    comes(1);
    const expires = (Math.floor(elapsed(draft) / 1000) + expireSeconds) * 1000;
    const before = random.pick([random.between(0, 3500), random.between(1, 100), random.between(1, 10)]);
    commands.push(`wait ${(expires - before - elapsed(draft)) / 1000}`);
    comes(30);
    wait(draft, (2 * before) / 1000);
    comes(30);
  },
  moves(draft) {
    const { random, users, hosts } = draft;
    const user = random.pick(users);
    askAny(draft, random.chance(0.8) ? `USER-MOVE ${user} ${random.pick(hosts)}` : `USER-KICK ${user}`);
  },
  flushes(draft) {
    const { random, hosts } = draft;
    askAny(draft, `${random.pick(['HOST-FLUSH', 'HOST-REMOVE', 'HOST-SET', 'HOST-SET'])} ${random.pick(hosts)}`);
  },
  links({ random, directors, commands }) {
    if (random.chance(0.5)) {
      commands.push('heal');
      return;
    }
    const side = directors.filter(() => random.chance(0.5));
    const other = directors.filter((name) => !side.includes(name));
    if (side.length === 0 || other.length === 0) return;
    const a = random.chance(0.5) ? side.join(',') : random.pick(side);
    const b = random.chance(0.5) ? other.join(',') : random.pick(other);
    if (random.chance(0.15)) commands.push(`delay ${a} ${b} ${random.pick([0, 2, 100, 1000, 3000])}`);
    else commands.push(`cut ${a} ${b} ${random.pick(['silent', 'reset'])}`);
  },
  machines({ random, directors, commands, down }) {
    const name = random.pick(directors);
    if (down.delete(name)) commands.push(`start ${name}`);
    else {
      commands.push(`${random.pick(['stop', 'kill', 'crash', 'power-off'])} ${name}`);
      down.add(name);
    }
  },
  freezes({ random, directors, commands }) {
    commands.push(`${random.pick(['freeze', 'thaw', 'thaw'])} ${random.pick(directors)}`);
  },
  members(draft) {
    const { random, directors, commands, removed } = draft;
    if (directors.length < 3) return;
    const name = random.pick(directors);
    const ip = `10.1.0.${name.slice(1)}`;
    // Two administrators at once could lose a director for good.
    commands.push('wait 3');
    if (removed.delete(name)) {
      askAny(draft, `DIRECTOR-ADD ${ip}`, name);
      commands.push(`start ${name}`);
    } else if (removed.size + 2 < directors.length) {
      removed.add(name);
      askAny(draft, `DIRECTOR-REMOVE ${ip}`, name);
      wait(draft, 5);
      commands.push(`stop ${name}`);
    }
    commands.push('wait 3');
  },
};

const askAny = ({ random, directors, commands, removed }: Draft, command: string, except = ''): void => {
  const others = directors.filter((name) => name !== except && !removed.has(name));
  if (others.length > 0) commands.push(`admin ${random.pick(others)} ${command}`);
};
