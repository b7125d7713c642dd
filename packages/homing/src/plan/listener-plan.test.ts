import { type Config, loadConfig } from '@homing/config';
import { expect, test } from 'vitest';
import { type ListenerPlan, type Names, notifyPaths, PlanError, planListeners, ringAddress } from './listener-plan.ts';

const names: Names = {
  mayChangeOwner: true,
  uid: (user) => ({ dovecot: 101, dovenull: 102 })[user],
  gid: (group) => ({ mail: 8 })[group],
  addresses: (host) => (host === 'nowhere' ? [] : [host]),
};

const configOf = (text: string): Config =>
  loadConfig('x.conf', {
    read: () => ({ text: `base_dir = /run/h\n${text}\n` }),
    glob: () => [],
    env: () => undefined,
    resolveHost: () => [],
    userExists: () => true,
  });
const plan = (text: string, answers: Names = names): ListenerPlan => planListeners(configOf(text), answers);
const ids = (text: string): string[] => plan(text).listeners.map(({ id }) => id);

const PASSDB = 'passdb {\n driver = static\n}\n';
const DIRECTOR = 'director_mail_servers = 10.0.0.1\n';

test('with nothing configured only anvil and ipc listen', () => {
  expect(ids('')).toEqual([
    'unix:/run/h/ipc',
    'unix:/run/h/login/ipc-proxy',
    'unix:/run/h/anvil',
    'unix:/run/h/anvil-auth-penalty',
  ]);
});

test('a passdb brings the auth sockets, with owners and modes of the service', () => {
  const { listeners } = plan(PASSDB);
  const auth = listeners.filter(({ role }) => role.service === 'auth');
  expect(auth.map(({ id, spec }) => [id, spec.kind === 'inet' ? undefined : spec.owner])).toEqual([
    ['unix:/run/h/login/login', { mode: 0o666, uid: undefined, gid: undefined }],
    ['unix:/run/h/auth-login', { mode: 0o600, uid: 101, gid: undefined }],
    ['unix:/run/h/auth-client', { mode: 0o600, uid: 101, gid: undefined }],
    ['unix:/run/h/auth-userdb', { mode: 0o666, uid: 101, gid: undefined }],
    ['unix:/run/h/auth-master', { mode: 0o600, uid: undefined, gid: undefined }],
  ]);
});

test('mail servers bring the director; mode 0 keeps its other sockets away', () => {
  const director = plan(DIRECTOR).listeners.filter(({ role }) => role.service === 'director');
  expect(director.map(({ id }) => id)).toEqual(['unix:/run/h/director-admin']);
  const more = `service director {
    unix_listener login/director {
      mode = 0666
    }
    fifo_listener /srv/proxy-notify {
      mode = 0622
      group = mail
    }
  }`;
  expect(plan(DIRECTOR + more).listeners.filter(({ role }) => role.service === 'director')).toMatchObject([
    { spec: { path: '/run/h/login/director' }, role: { socket: 'auth' } },
    { spec: { path: '/run/h/director-admin' }, role: { socket: 'admin' } },
    { spec: { kind: 'fifo', path: '/srv/proxy-notify', owner: { mode: 0o622, gid: 8 } }, role: { socket: 'notify' } },
  ]);
});

const RING = `listen = 10.0.0.1, 10.0.0.2
service director {
  inet_listener director-doveadm {
    port = 9091
  }
  inet_listener off {
    port = 0
  }
  inet_listener {
    port = 9090
  }
  inet_listener x-ring {
    address = [2001:db8::1]
    port = 9092
  }
  unix_listener director-metrics {
    mode = 0600
  }
}
`;

test('ring ports are those of other names; the first is our address', () => {
  const text = `${DIRECTOR}director_servers = 10.0.0.1\n${RING}`;
  const { listeners, warnings } = plan(text);
  const inet = listeners.filter(({ id }) => !id.endsWith('director-admin'));
  const sockets = inet.map(({ id, role }) => (role.service === 'director' ? `${id} ${role.socket}` : ''));
  expect(sockets.filter((socket) => socket !== '')).toEqual([
    'unix:/run/h/director-metrics metrics',
    '10.0.0.1,9091 admin',
    '10.0.0.2,9091 admin',
    '10.0.0.1,9090 ring',
    '10.0.0.2,9090 ring',
    '2001:db8::1,9092 ring',
  ]);
  expect(warnings).toEqual([]);
  expect(ringAddress(configOf(text), names)).toEqual({ ip: '10.0.0.1', port: 9090 });
});

test('without other directors no ring port is opened, and a warning says so', () => {
  const { listeners, warnings } = plan(`${DIRECTOR}service director {\n inet_listener {\n port = 9090\n }\n}`);
  expect(listeners.some(({ spec }) => spec.kind === 'inet')).toBe(false);
  expect(warnings).toEqual(['service(director): inet_listener : not opened, because director_servers is empty']);
  expect(ringAddress(configOf(DIRECTOR), names)).toBeUndefined();
});

test('without mail servers there is no director, and a warning says so to whoever wants one', () => {
  const { warnings } = plan('director_servers = 10.0.0.1\nhoming_anvil_socket = /run/d/anvil');
  expect(warnings).toEqual([
    'director_servers, homing_anvil_socket: no director runs, because director_mail_servers is empty',
  ]);
  expect(plan('protocols = imap').warnings).toEqual([]);
});

test('login processes report to fifos of the director, and to sockets of that name', () => {
  const text = (kind: string, path: string, mode: string): string =>
    `service director {\n ${kind}_listener ${path} {\n mode = ${mode}\n }\n}\n`;
  expect(notifyPaths(configOf(DIRECTOR))).toEqual([]);
  expect(notifyPaths(configOf(text('fifo', 'login/proxy-notify', '0622')))).toEqual(['/run/h/login/proxy-notify']);
  expect(notifyPaths(configOf(text('fifo', '/run/d/login/sidecar/x', '0622')))).toEqual(['/run/d/login/sidecar/x']);
  expect(notifyPaths(configOf(text('unix', 'my-notify', '0622')))).toEqual(['/run/h/my-notify']);
  expect(notifyPaths(configOf(text('unix', 'my-admin', '0622')))).toEqual([]);
  expect(notifyPaths(configOf(text('fifo', '/run/d/x', '0')))).toEqual([]);
});

test('a ring port is TCP', () => {
  const { listeners, warnings } = plan(
    `${DIRECTOR}director_servers = 10.0.0.1\nservice director {\n unix_listener a-ring {\n mode = 0600\n }\n}`,
  );
  expect(listeners.some(({ id }) => id.includes('a-ring'))).toBe(false);
  expect(warnings).toEqual([
    'service(director): unix_listener /run/h/a-ring: not opened, because other directors connect over TCP',
  ]);
});

test('login services of enabled protocols listen on every address', () => {
  const { listeners } = plan(
    'protocols = imap pop3\nlisten = *, ::\nhoming_login_workers = 4\nssl_cert = x\nssl_key = x',
  );
  const login = listeners.filter(({ role }) => role.service === 'login');
  expect(login.map(({ id }) => id)).toEqual([
    '0.0.0.0,110',
    '::,110',
    '0.0.0.0,995',
    '::,995',
    '0.0.0.0,143',
    '::,143',
    '0.0.0.0,993',
    '::,993',
  ]);
  expect(login.at(-1)?.role).toEqual({
    service: 'login',
    name: 'imap-login',
    protocol: 'imap',
    listener: 'imaps',
    ssl: true,
    haproxy: false,
    clientLimit: 1000,
    authSocket: '/run/h/login/login',
  });
});

test.each([
  ['protocols = imap\nssl = no\nlisten = 127.0.0.1', ['127.0.0.1,143']],
  ['protocols =\nlisten = 127.0.0.1', []],
  [
    'protocols = pop3\nlisten = 127.0.0.1\nservice pop3-login {\n inet_listener pop3 {\n port = 0\n }\n}',
    ['127.0.0.1,995'],
  ],
  [
    'protocols = imap\nssl = no\nservice imap-login {\n inet_listener imap {\n address = [::1] 127.0.0.9\n }\n}',
    ['::1,143', '127.0.0.9,143'],
  ],
])('%j', (text, ports) => {
  expect(ids(text).filter((id) => !id.startsWith('unix:'))).toEqual(ports);
});

test('a worker holds as many clients as its share of what Dovecot would hold', () => {
  const limitOf = (text: string): unknown => {
    const { listeners } = plan(
      `protocols = imap\nssl = no\nhoming_login_workers = 2\nservice imap-login {\n${text}\n}`,
    );
    return listeners.map(({ role }) => role).find((role) => role.service === 'login')?.clientLimit;
  };
  expect(limitOf('process_limit = 20000')).toBe(10_000);
  expect(limitOf('service_count = 0\nclient_limit = 5000\nprocess_limit = 4')).toBe(10_000);
  expect(limitOf('service_count = 1\nclient_limit = 1000\nprocess_limit = 10')).toBe(1000);
});

test.each([
  ['user = nobody2', "User doesn't exist: nobody2 (See service auth { unix_listener /run/h/auth-x { user } } setting)"],
  ['group = team', "Group doesn't exist: team (See service auth { unix_listener /run/h/auth-x { group } } setting)"],
])('%s', (setting, message) => {
  const text = `${PASSDB}service auth {\n unix_listener auth-x {\n ${setting}\n }\n}`;
  expect(() => plan(text)).toThrow(new PlanError(message));
});

test('who is not root keeps his sockets', () => {
  const { listeners } = plan(PASSDB, { ...names, mayChangeOwner: false, uid: () => undefined });
  for (const { spec } of listeners) if (spec.kind !== 'inet') expect(spec.owner.uid).toBeUndefined();
});

test('an address that cannot be resolved is refused', () => {
  expect(() => plan('protocols = imap\nlisten = nowhere')).toThrow("Can't resolve address nowhere");
});
