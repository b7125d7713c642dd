/** The director's status as pages: metrics in Prometheus' text format 0.0.4, and JSON. */
import type { Page } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { DirectorStatus } from '../core/status.ts';

export const statusPages = (status: () => DirectorStatus): ReadonlyMap<string, Page> =>
  new Map([
    ['/metrics', { type: 'text/plain; version=0.0.4; charset=utf-8', body: () => formatMetrics(status()) }],
    ['/status.json', { type: 'application/json', body: () => formatStatus(status()) }],
  ]);

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];
type Family = { readonly name: string; readonly type: 'gauge' | 'counter'; readonly help: string };

const ALONE: Labels = {};

export const formatMetrics = ({ hosts, ring, ...counts }: DirectorStatus): string => {
  const ofHosts = (value: (host: (typeof hosts)[number]) => number): Sample[] =>
    hosts.map((host) => [{ host: host.ip, tag: host.tag }, value(host)]);
  // Of the others one director may have several.
  const neighbours = ring.connections.filter(({ name }) => /\/(left|right)$/.test(name));
  const ofNeighbours = (value: (connection: (typeof ring.connections)[number]) => number): Sample[] =>
    neighbours.map((connection) => [labelsOf(connection.name), value(connection)]);
  const up = hosts.filter(({ isUp }) => isUp).length;
  const families: [Family, readonly Sample[]][] = [
    [gauge('users', 'Users with a backend.'), [[ALONE, counts.users]]],
    [counter('requests_total', 'Backends asked for since the start.'), [[ALONE, counts.requests]]],
    [gauge('requests_delayed', 'Logins waiting for a backend.'), [[ALONE, counts.delayed]]],
    [gauge('users_moving', 'Users on their way to another backend.'), [[ALONE, counts.moving]]],
    [gauge('kicks', 'Kicks that login processes have not confirmed.'), [[ALONE, counts.kicking]]],
    [
      gauge('hosts', 'Backends by state.'),
      [
        [{ state: 'up' }, up],
        [{ state: 'down' }, hosts.length - up],
      ],
    ],
    [gauge('host_up', 'Whether a backend takes new users.'), ofHosts(({ isUp }) => Number(isUp))],
    [gauge('host_vhosts', 'Weight of a backend.'), ofHosts(({ vhosts }) => vhosts)],
    [gauge('host_users', 'Users of a backend.'), ofHosts(({ users }) => users)],
    [
      gauge('ring_state', 'Whether all directors agree.'),
      (['handshaking', 'synced', 'unsynced'] as const).map((state) => [{ state }, Number(ring.state === state)]),
    ],
    [gauge('ring_state_seconds', 'Time in this state.'), [[ALONE, ring.seconds]]],
    [gauge('ring_last_sync_seconds', 'Time of the last SYNC round the ring.'), [[ALONE, ring.lastSyncSeconds]]],
    [gauge('ring_directors', 'Directors of the ring with this one.'), [[ALONE, ring.directors.length]]],
    [counter('user_conflicts_total', 'Users that directors had on two backends.'), [[ALONE, ring.conflicts]]],
    [
      gauge('ring_other_connections', 'Connections to directors that are not our neighbours.'),
      [[ALONE, ring.connections.length - neighbours.length]],
    ],
    [
      gauge('peer_synced', 'Whether the ring was synced over a connection and has not changed since.'),
      ofNeighbours((peer) => Number(peer.isSynced)),
    ],
    [
      gauge('peer_ping_seconds', 'How long the last answer to a PING took.'),
      ofNeighbours(({ pingSeconds }) => pingSeconds),
    ],
    [counter('peer_received_bytes_total', 'Bytes from a director.'), ofNeighbours(({ received }) => received)],
    [counter('peer_sent_bytes_total', 'Bytes to a director.'), ofNeighbours(({ sent }) => sent)],
    [gauge('peer_buffered_bytes', 'Bytes a director has not taken.'), ofNeighbours(({ buffered }) => buffered)],
    [
      gauge('peer_buffered_bytes_max', 'Most bytes that waited for a director.'),
      ofNeighbours(({ peakBuffered }) => peakBuffered),
    ],
  ];
  return families.map(([family, samples]) => formatFamily(family, samples)).join('');
};

/** As `DirectorStatus`, with text instead of bytes. */
export const formatStatus = (status: DirectorStatus): string => {
  const hosts = status.hosts.map((host) => ({ ...host, tag: textOf(host.tag) }));
  return `${JSON.stringify({ ...status, hosts })}\n`;
};

const gauge = (name: string, help: string): Family => ({ name, type: 'gauge', help });
const counter = (name: string, help: string): Family => ({ name, type: 'counter', help });

const formatFamily = ({ name, type, help }: Family, samples: readonly Sample[]): string => {
  const full = `homing_director_${name}`;
  const rows = samples.map(([labels, value]) => `${full}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${rows.join('')}`;
};

const formatLabels = (labels: Labels): string => {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(textOf(value))}"`);
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
};

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** `127.0.0.2:9090/right`. */
const labelsOf = (name: string): Labels => {
  const [peer = '', side = ''] = name.split('/');
  return { peer, side };
};

const textOf = (bytes: ByteString): string => Buffer.from(bytes, 'latin1').toString('utf8');
