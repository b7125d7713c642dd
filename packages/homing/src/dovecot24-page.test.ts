/** The blocks of docs/dovecot24.md for Homing load as they stand, and do what the page says of them. */
import { readFileSync } from 'node:fs';
import { loadConfig } from '@homing/config';
import { expect, test } from 'vitest';
import { fileText, readBlocks } from '../interop/page/blocks.ts';
import { planListeners } from './plan/listener-plan.ts';
import { nodeSource } from './settings/node-source.ts';

const MAIN = '/etc/homing/homing.conf';
const confD = new URL('../../../conf.d/', import.meta.url).pathname;

/** As on a machine on which conf.d was copied to /etc/homing. */
const load = (...tags: readonly string[]) => {
  const main = fileText(readBlocks('dovecot24.md'), MAIN, (block) => block.tags.some((tag) => tags.includes(tag)));
  return loadConfig(MAIN, {
    ...nodeSource,
    read: (path) => (path === MAIN ? { text: main } : nodeSource.read(path)),
    glob: (pattern) => nodeSource.glob(pattern.replace(/^.*conf\.d\//, confD)),
    userExists: () => true,
  });
};

const plan = (...tags: readonly string[]) => {
  const names = { mayChangeOwner: true, uid: () => 1, gid: () => 1, addresses: (host: string) => [host] };
  const { listeners, warnings } = planListeners(load(...tags), names);
  expect(warnings).toEqual([]);
  return listeners.flatMap(({ id, role }) => (role.service === 'director' ? [`${id} ${role.socket}`] : []));
};

const SOCKETS = [
  'unix:/run/dovecot/login/sidecar/director auth',
  'unix:/run/homing/director-admin admin',
  'unix:/run/homing/director-userdb userdb',
];

test.each([
  [['dovecot-auth'], SOCKETS, 0],
  [['homing-auth'], SOCKETS, 1],
  [['dovecot-auth', 'notify'], ['fifo:/run/dovecot/login/sidecar/proxy-notify notify', ...SOCKETS], 0],
  [['dovecot-auth', 'ring'], ['10.2.0.1,9090 ring', ...SOCKETS], 0],
] as const)('%s', (tags, sockets, passdbs) => {
  const config = load(...tags);
  expect(config.warnings).toEqual([]);
  expect(config.passdbs().length).toBe(passdbs);
  expect(config.settings()).toMatchObject({ base_dir: '/run/homing', homing_anvil_socket: '/run/dovecot/anvil' });
  expect(
    plan(...tags)
      .filter((socket) => !socket.includes('/run/homing/login/'))
      .toSorted(),
  ).toEqual(sockets);
});

test('whoever names a socket in text names one of a block', () => {
  const page = readFileSync(new URL('../../../docs/dovecot24.md', import.meta.url), 'utf8');
  const used = new Set([...page.matchAll(/\/run\/homing\/[\w-]+/g)].map(([path]) => path));
  const made = new Set(plan('dovecot-auth').map((socket) => socket.replace(/^unix:(\S+) .*$/, '$1')));
  expect([...used].filter((path) => !made.has(path))).toEqual([]);
});
