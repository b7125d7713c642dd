/**
 * Steps in a ring: connection 2 is the recorded director's to its right, connection 1 comes from its left, 4 is the
 * second one of the director, 3 of the others; 9 is an administrator.
 */
import { type Case, closed, on, read, readUntil, type Step, send } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';

export const RIGHT = '127.1.1.4';
export const LEFT = '127.1.1.9';

const VERSION = 'VERSION\tdirector\t1\t9';
const OPTIONS = 'OPTIONS\tconsistent-hashing';
const HOST_LIST = [
  'HOST\t127.0.0.11\t100\t\tU0\t',
  'HOST\t127.0.0.12\t100\t\tU0\t',
  'HOST\t127.0.0.13\t100\ttagA\tU0\t',
  'HOST\t127.0.0.14\t100\ttagA\tU0\t',
];

/** What a peer says of itself when it connects. */
export type Joiner = {
  readonly ip: string;
  readonly version?: string;
  readonly isComplete?: boolean;
  readonly hosts?: readonly string[];
  readonly users?: readonly string[];
  readonly options?: readonly string[];
};

/** `connections`: who is at the other end, `from` or `to` as the director sees it; comments of the fixture. */
export const ringCase = (about: string, connections: readonly string[], ...script: readonly Step[]): Case => ({
  about: [about, ...connections.map((connection) => `connection ${connection}`)].join('\n'),
  script,
});

export const ME = (site: RingSite, ip: string): string => `ME\t${ip}\t${site.port}\t${site.since}`;

/** The director's connection to a peer, up to the peer's turn to say DONE. */
export const rightOpens = (site: RingSite, connection = 2, ip = RIGHT, version = VERSION): readonly Step[] => [
  on(connection, site.peers.to(ip)),
  readUntil(/^DIRECTOR\t127\.1\.1\.9/),
  send(version, ME(site, ip)),
];

export const rightHandshake = (site: RingSite, connection = 2, ip = RIGHT, version = VERSION): readonly Step[] => [
  ...rightOpens(site, connection, ip, version),
  readUntil(/^DONE/),
  send('DONE'),
];

/** A peer's connection to the director, up to what it tells in its handshake. */
export const peerOpens = (site: RingSite, connection: number, ip: string, version = VERSION): readonly Step[] => [
  on(connection, site.peers.from(ip)),
  send(version, ME(site, ip)),
  read(2),
];

export const leftHandshake = (site: RingSite, connection: number, joiner: Joiner): readonly Step[] => {
  const flag = joiner.isComplete === true ? 1 : 0;
  return [
    ...peerOpens(site, connection, joiner.ip, joiner.version),
    send(
      `DIRECTOR\t127.1.1.1\t${site.port}`,
      `DIRECTOR\t${joiner.ip}\t${site.port}`,
      `HOST-HAND-START\t${flag}`,
      ...(joiner.hosts ?? HOST_LIST),
      `HOST-HAND-END\t${flag}`,
      ...(joiner.users ?? []),
      ...(joiner.options ?? [OPTIONS]),
      'DONE',
    ),
    readUntil(/^DONE/),
  ];
};

/** Passes on the next line of one connection, as it is, to another one. */
export const passOn =
  (from: number, to: number): Step =>
  async (dialogue) => {
    dialogue.use(from);
    const line = await (await dialogue.client()).rawLine();
    dialogue.record('S', line);
    dialogue.use(to);
    dialogue.record('C', line);
    (await dialogue.client()).send(line);
  };

/** Lines of the director to its right until its SYNC, which its left then hands back. */
export const syncReturns = (right = 2, left = 1): Step => {
  return async (dialogue) => {
    dialogue.use(right);
    const client = await dialogue.client();
    for (;;) {
      const line = await client.rawLine();
      dialogue.record('S', line);
      if (!line.startsWith('SYNC\t127.1.1.1\t')) continue;
      dialogue.use(left);
      dialogue.record('C', line);
      (await dialogue.client()).send(line);
      return;
    }
  };
};

/** A peer's own SYNC goes through the director, which shows that what came before it has been handled. */
export const marker = (site: RingSite, seq: number, ip: string, from = 1, to = 2): readonly Step[] => [
  on(from),
  send(`SYNC\t${ip}\t${site.port}\t${seq}\t9\t${site.since}\t0`),
  on(to),
  readUntil(new RegExp(`^SYNC\\t${ip}\\t\\d+\\t${seq}\\t`)),
];

/** A synced ring: `left` on connection 1, 127.1.1.4 on connection 2. */
export const formRing = (site: RingSite, left: Partial<Joiner> = {}, rightVersion = VERSION): readonly Step[] => [
  ...rightHandshake(site, 2, RIGHT, rightVersion),
  ...leftHandshake(site, 1, { ip: LEFT, ...left }),
  syncReturns(),
  ...marker(site, 1, left.ip ?? LEFT),
  settled(site),
];

/**
 * Each SYNC, own or passed on, makes the director ping both sides. If it closes a connection before it has read the
 * answer, its last words are lost.
 */
const settled =
  (site: RingSite): Step =>
  () =>
    site.peers.settled();

/** Two directors: both connections are with the same peer. */
export const formPair = (site: RingSite): readonly Step[] => formRing(site, { ip: RIGHT });

export const TO_RIGHT = '2: to 127.1.1.4';
const FROM_LEFT = '1: from 127.1.1.9';
export const RING = [FROM_LEFT, TO_RIGHT];
export const PAIR = ['1: from 127.1.1.4', TO_RIGHT];
export const ADMIN = '9: from an administrator, socket director-admin';

export const asAdmin = (site: RingSite): readonly Step[] => [
  on(9, site.socket('director-admin')),
  read(),
  send('VERSION\tdirector-doveadm\t1\t0'),
];

/** The script closes the current connection. */
export const close: Step = async (dialogue) => {
  (await dialogue.client()).end();
  dialogue.record('C', '<close>');
};

/** QUIT and the end of the connection, from the script's side. */
export const quit = (reason: string): readonly Step[] => [send(`QUIT\t${reason}`), close];

/** QUIT and the end of the connection, from the director's side. */
export const leaves: readonly Step[] = [readUntil(/^QUIT\t/), closed];
