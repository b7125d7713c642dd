import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ConnectionStatus, DirectorStatus } from '../core/status.ts';
import { formatMetrics, formatStatus, statusPages } from './metrics.ts';

const connection = (name: string, more: Partial<ConnectionStatus> = {}): ConnectionStatus => ({
  name,
  state: 'handshaked',
  isSynced: true,
  pingSeconds: 0.002,
  received: 92,
  sent: 388,
  buffered: 7,
  peakBuffered: 9,
  lastInput: 1_795_307_196,
  lastOutput: 0,
  ...more,
});

const status: DirectorStatus = {
  users: 12,
  delayed: 1,
  moving: 2,
  kicking: 3,
  requests: 40,
  hosts: [
    { ip: '10.2.0.11', hostname: 'b1', tag: 'caf\xc3\xa9"\\', isUp: true, changed: 0, vhosts: 100, users: 12 },
    { ip: '2001:db8::1', hostname: '', tag: '', isUp: false, changed: 1_795_307_196, vhosts: 0, users: 0 },
  ],
  ring: {
    self: '127.0.0.1:9090',
    state: 'unsynced',
    seconds: 1.5,
    lastSyncSeconds: 0.25,
    conflicts: 4,
    directors: ['127.0.0.1:9090', '127.0.0.2:9090'],
    connections: [
      connection('127.0.0.2:9090/right', { isSynced: false }),
      connection('127.0.0.2:9090/left'),
      connection('127.0.0.2:9090/in'),
      connection('127.0.0.2:9090/in'),
    ],
  },
};

test('samples', () => {
  const samples = formatMetrics(status)
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(samples).toEqual([
    'homing_director_users 12',
    'homing_director_requests_total 40',
    'homing_director_requests_delayed 1',
    'homing_director_users_moving 2',
    'homing_director_kicks 3',
    'homing_director_hosts{state="up"} 1',
    'homing_director_hosts{state="down"} 1',
    'homing_director_host_up{host="10.2.0.11",tag="café\\"\\\\"} 1',
    'homing_director_host_up{host="2001:db8::1",tag=""} 0',
    'homing_director_host_vhosts{host="10.2.0.11",tag="café\\"\\\\"} 100',
    'homing_director_host_vhosts{host="2001:db8::1",tag=""} 0',
    'homing_director_host_users{host="10.2.0.11",tag="café\\"\\\\"} 12',
    'homing_director_host_users{host="2001:db8::1",tag=""} 0',
    'homing_director_ring_state{state="handshaking"} 0',
    'homing_director_ring_state{state="synced"} 0',
    'homing_director_ring_state{state="unsynced"} 1',
    'homing_director_ring_state_seconds 1.5',
    'homing_director_ring_last_sync_seconds 0.25',
    'homing_director_ring_directors 2',
    'homing_director_user_conflicts_total 4',
    'homing_director_ring_other_connections 2',
    'homing_director_peer_synced{peer="127.0.0.2:9090",side="right"} 0',
    'homing_director_peer_synced{peer="127.0.0.2:9090",side="left"} 1',
    'homing_director_peer_ping_seconds{peer="127.0.0.2:9090",side="right"} 0.002',
    'homing_director_peer_ping_seconds{peer="127.0.0.2:9090",side="left"} 0.002',
    'homing_director_peer_received_bytes_total{peer="127.0.0.2:9090",side="right"} 92',
    'homing_director_peer_received_bytes_total{peer="127.0.0.2:9090",side="left"} 92',
    'homing_director_peer_sent_bytes_total{peer="127.0.0.2:9090",side="right"} 388',
    'homing_director_peer_sent_bytes_total{peer="127.0.0.2:9090",side="left"} 388',
    'homing_director_peer_buffered_bytes{peer="127.0.0.2:9090",side="right"} 7',
    'homing_director_peer_buffered_bytes{peer="127.0.0.2:9090",side="left"} 7',
    'homing_director_peer_buffered_bytes_max{peer="127.0.0.2:9090",side="right"} 9',
    'homing_director_peer_buffered_bytes_max{peer="127.0.0.2:9090",side="left"} 9',
    '',
  ]);
});

test('every family says once what it is, in front of its samples, and no series comes twice', () => {
  const lines = formatMetrics(status).trimEnd().split('\n');
  const seen = new Set<string>();
  let family = '';
  for (const line of lines) {
    const [, kind, name = ''] = /^# (HELP|TYPE) (\S+) /.exec(line) ?? [];
    if (kind === 'HELP') family = name;
    const series = kind ?? line.slice(0, line.lastIndexOf(' '));
    expect(kind === undefined ? series.replace(/\{.*/, '') : name).toBe(family);
    expect(seen).not.toContain(`${series} ${name}`);
    seen.add(`${series} ${name}`);
  }
});

test('JSON is the status with text for bytes', () => {
  const parsed: unknown = JSON.parse(formatStatus(status));
  expect(parsed).toEqual({ ...status, hosts: [{ ...status.hosts[0], tag: 'café"\\' }, status.hosts[1]] });
});

test('a page is made when it is asked for', () => {
  let users = 0;
  const pages = statusPages(() => ({ ...status, users: ++users }));
  expect([...pages.keys()]).toEqual(['/metrics', '/status.json']);
  expect(pages.get('/metrics')?.body()).toContain('homing_director_users 1\n');
  expect(pages.get('/status.json')?.body()).toContain('"users":2');
});

test('docs/status.md has each field of /status.json, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/status.md', import.meta.url), 'utf8');
  const firstCells = page.matchAll(/^\| (`.*?) \|/gm).map(([, cell = '']) => cell);
  const documented = [...firstCells].flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, field]) => field));
  const { hosts, ring } = status;
  const fields = [status, hosts[0] ?? {}, ring, ring.connections[0] ?? {}].flatMap((part) => Object.keys(part));
  expect(new Set(documented)).toEqual(new Set(fields));
});
