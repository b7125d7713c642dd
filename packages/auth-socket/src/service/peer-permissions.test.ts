import { expect, test } from 'vitest';
import { peerPermissions, refusalOfUser } from './peer-permissions.ts';

const file = (mode: number) => ({ path: '/run/auth-userdb', mode, uid: 100, gid: 200 });
const peer = (uid: number, gid: number) => () => ({ pid: 1, uid, gid });

test.each([
  ['the owner', 0o666, 100, 1, 'all'],
  ['its group', 0o666, 1, 200, 'all'],
  ['somebody else', 0o666, 1, 1, 'own'],
  ['somebody else, file type bits set', 0o140666, 1, 1, 'own'],
  ['a mode that restricts already', 0o600, 1, 1, 'all'],
  ['a mode that lifts the check', 0o777, 1, 1, 'all'],
])('%s', (_, mode, uid, gid, may) => {
  expect(peerPermissions(file(mode), peer(uid, gid)).may).toBe(may);
});

test('a peer that cannot be known may do nothing', () => {
  expect(peerPermissions(file(0o666), () => undefined).may).toBe('nothing');
  expect(peerPermissions(undefined, () => undefined).may).toBe('all');
});

test.each([
  ['65534', undefined],
  ['10000', "userdb uid (10000) doesn't match peer uid (65534)"],
  [undefined, "userdb reply doesn't contain uid"],
  ['x', 'userdb reply contains invalid uid'],
])('USER reply with uid %j', (uid, why) => {
  expect(refusalOfUser({ may: 'own', uid: 65_534, path: '/x' }, uid)).toBe(why);
  expect(refusalOfUser({ may: 'all' }, uid)).toBeUndefined();
});
