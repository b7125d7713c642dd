/**
 * TCP between machines. Bytes arrive in order, cut at random places, after the link's delay. A link can be cut in two
 * ways: `silent` holds everything back until it is healed, as if packets were lost and sent again; `reset` kills what
 * goes over it, and new connections fail. A machine without power answers nothing; one whose process is gone refuses.
 */
import type { EventQueue } from './event-queue.ts';
import type { Random } from './random.ts';

export type CutKind = 'silent' | 'reset';

/** What a machine's process hears of its connections. */
export type Process = {
  accept(end: End): void;
  connected(end: End): void;
  received(end: End, bytes: string): void;
  lost(end: End, reason: string): void;
};

type Item = { do: 'accept' } | { do: 'bytes'; text: string } | { do: 'close' };

/** One end of a connection. */
export type End = {
  readonly local: string;
  readonly remote: string;
  readonly other: End;
  /** False once its process has closed it, or was told that it is lost. */
  isOpen: boolean;
  /** Whatever is sent now will not arrive. */
  isDoomed: boolean;
  /** When the last piece sent so far arrives. */
  freeAt: number;
  /** Arrived at a silent cut, in order. */
  held: Item[] | undefined;
  /** Bytes sent that have not arrived. */
  buffered: number;
};

type Link = { delay: number; isSlow: boolean; cut: CutKind | undefined };

export type Network = {
  readonly queue: EventQueue;
  readonly random: Random;
  /** Those that listen. */
  readonly processes: Map<string, Process>;
  readonly withoutPower: Set<string>;
  readonly links: Map<string, Link>;
  readonly ends: Set<End>;
  /** Links that are cut or slow, and losses that were not noticed at both ends yet. */
  faults: number;
};

/** Linux sends a SYN again after 1, 3 and 7 seconds. */
const SYN_DELAYS_MS = [1000, 2000, 4000, 8000];
const RESET_NOTICED_MS = 2000;
const RETRANSMIT_MS = 1500;
const USUAL_DELAY_MS = 2;
/** Slower links are a fault. */
const MAX_USUAL_DELAY_MS = 300;

export const createNetwork = (queue: EventQueue, random: Random): Network => ({
  queue,
  random,
  processes: new Map(),
  withoutPower: new Set(),
  links: new Map(),
  ends: new Set(),
  faults: 0,
});

export const connect = (network: Network, from: string, to: string): End => {
  const end = createEnds(from, to);
  network.ends.add(end).add(end.other);
  sendSyn(network, end, 0);
  return end;
};

const createEnds = (from: string, to: string): End => {
  const common = { isDoomed: false, freeAt: 0, held: undefined, buffered: 0 };
  const end = { ...common, local: from, remote: to, isOpen: true };
  const other = { ...common, local: to, remote: from, isOpen: false, other: end };
  return Object.assign(end, { other }) as unknown as End;
};

const sendSyn = (network: Network, end: End, attempt: number): void => {
  if (!end.isOpen) return;
  const { queue, processes, withoutPower } = network;
  const { cut, delay } = linkOf(network, end.local, end.remote);
  if (cut === 'silent' || withoutPower.has(end.remote)) {
    const wait = SYN_DELAYS_MS[attempt];
    if (wait !== undefined) queue.after(wait, () => sendSyn(network, end, attempt + 1));
  } else if (cut === 'reset' || !processes.has(end.remote)) {
    queue.after(2 * delay, () => lose(network, end, cut === 'reset' ? 'No route to host' : 'Connection refused'));
  } else {
    queue.after(2 * delay, () => {
      if (!end.isOpen) return;
      transmit(network, end, { do: 'accept' });
      processes.get(end.local)?.connected(end);
    });
  }
};

export const send = (network: Network, end: End, text: string): void => {
  if (!end.isOpen) return;
  end.buffered += text.length;
  for (const piece of pieces(text, network.random)) transmit(network, end, { do: 'bytes', text: piece });
};

function* pieces(text: string, random: Random): Generator<string> {
  let rest = text;
  while (rest.length > 1 && random.chance(0.1)) {
    const cut = random.between(1, rest.length - 1);
    yield rest.slice(0, cut);
    rest = rest.slice(cut);
  }
  yield rest;
}

/** What was sent before still arrives. */
export const close = (network: Network, end: End): void => {
  if (!end.isOpen) return;
  end.isOpen = false;
  transmit(network, end, { do: 'close' });
};

/** Its process has ended; the kernel closes its connections, unless there is no power. */
export const processEnded = (network: Network, name: string): void => {
  network.processes.delete(name);
  for (const end of network.ends) {
    if (end.local !== name || !end.isOpen) continue;
    end.isOpen = false;
    if (!network.withoutPower.has(name)) transmit(network, end, { do: 'close' });
  }
};

/** One way, in milliseconds. */
export const setDelay = (network: Network, a: string, b: string, delay: number): void => {
  const link = linkOf(network, a, b);
  const isSlow = delay > MAX_USUAL_DELAY_MS;
  if (isSlow !== link.isSlow) network.faults += isSlow ? 1 : -1;
  Object.assign(link, { delay, isSlow });
};

export const cut = (network: Network, a: string, b: string, kind: CutKind): void => {
  const link = linkOf(network, a, b);
  if (link.cut === undefined) network.faults++;
  link.cut = kind;
  if (kind === 'silent') return;
  for (const end of network.ends) {
    if (end.isDoomed || !joins(end, a, b)) continue;
    end.isDoomed = true;
    network.faults++;
    network.queue.after(network.random.below(RESET_NOTICED_MS), () => {
      network.faults--;
      network.ends.delete(end);
      lose(network, end, 'Connection reset by peer');
    });
  }
};

export const heal = (network: Network, a: string, b: string): void => {
  const link = linkOf(network, a, b);
  if (link.cut === undefined) return;
  network.faults--;
  link.cut = undefined;
  for (const end of network.ends) {
    if (end.held === undefined || !joins(end, a, b)) continue;
    network.faults++;
    network.queue.after(network.random.below(RETRANSMIT_MS), () => {
      network.faults--;
      release(network, end);
    });
  }
};

const joins = ({ local, remote }: End, a: string, b: string): boolean =>
  (local === a && remote === b) || (local === b && remote === a);

const linkOf = ({ links }: Network, a: string, b: string): Link => {
  const key = a < b ? `${a} ${b}` : `${b} ${a}`;
  const link = links.get(key) ?? { delay: USUAL_DELAY_MS, isSlow: false, cut: undefined };
  links.set(key, link);
  return link;
};

const transmit = (network: Network, end: End, item: Item): void => {
  const { queue, random } = network;
  const { delay } = linkOf(network, end.local, end.remote);
  const jitter = random.chance(0.2) ? random.below(delay + 1) : 0;
  end.freeAt = Math.max(end.freeAt, queue.now() + delay + jitter);
  queue.after(end.freeAt - queue.now(), () => {
    if (end.held !== undefined) end.held.push(item);
    else if (linkOf(network, end.local, end.remote).cut === 'silent') end.held = [item];
    else arrive(network, end, item);
  });
};

const release = (network: Network, end: End): void => {
  if (linkOf(network, end.local, end.remote).cut === 'silent') return;
  const held = end.held ?? [];
  end.held = undefined;
  for (const item of joined(held)) arrive(network, end, item);
};

/** What came in many pieces and was held back arrives in one. */
const joined = (items: readonly Item[]): Item[] => {
  const result: Item[] = [];
  for (const item of items) {
    const last = result.at(-1);
    if (item.do !== 'bytes' || last?.do !== 'bytes') result.push(item);
    else result[result.length - 1] = { do: 'bytes', text: last.text + item.text };
  }
  return result;
};

const arrive = (network: Network, end: End, item: Item): void => {
  const to = end.other;
  if (item.do === 'bytes') end.buffered -= item.text.length;
  if (end.isDoomed || network.withoutPower.has(end.remote)) return;
  const process = network.processes.get(end.remote);
  if (item.do === 'accept') {
    if (process === undefined) return;
    to.isOpen = true;
    process.accept(to);
  } else if (item.do === 'close') {
    lose(network, to, 'Connection closed');
    network.ends.delete(end);
    network.ends.delete(to);
  } else if (!to.isOpen) {
    const { delay } = linkOf(network, end.local, end.remote);
    network.queue.after(delay, () => lose(network, end, 'Connection reset by peer'));
  } else process?.received(to, item.text);
};

const lose = (network: Network, end: End, reason: string): void => {
  if (!end.isOpen) return;
  end.isOpen = false;
  network.processes.get(end.local)?.lost(end, reason);
};
