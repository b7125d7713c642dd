import { formatIpcReply, parseIpcRequest } from '@homing/wire';
import { type Fixture, readFixture } from '@homing/wire/testing';
import { expect, test } from 'vitest';
import { answerProxyCommand } from './ipc-answer.ts';
import { createSessionTable, type SessionTable } from './session-table.ts';

const HASHES: Readonly<Record<string, number>> = { a: 1, b: 2 };
const hashOf = (user: string): number => HASHES[user] ?? 3;

const COMMON = { protocol: 'imap', rip: '10.9.9.9', port: 143 } as const;

const setUp = (): { sessions: SessionTable; kicked: string[] } => {
  const sessions = createSessionTable();
  const kicked: string[] = [];
  const add = (user: string, ip: string, host: string, alt: Readonly<Record<string, string>>): void => {
    const names = {
      ...COMMON,
      user,
      destuser: user,
      ip,
      chosenIp: ip,
      host,
      altUsernames: new Map(Object.entries(alt)),
    };
    sessions.add({ ...names, kick: (reason) => void kicked.push(`${user}@${ip} ${reason}`) });
  };
  add('a', '10.0.0.1', '10.0.0.1', {});
  add('a', '10.0.0.2', 'b2.example.com', { user_group: 'g' });
  add('b\t', '10.0.0.1', '10.0.0.1', { user_group: 'h', user_x: '' });
  return { sessions, kicked };
};

test('the list has a row for each session and a column for each other name', () => {
  expect(answerProxyCommand('LIST-FULL', setUp().sessions, hashOf)).toEqual([
    { reply: 'line', data: 'username\tuser_group\tuser_x\tservice\tsrc-ip\tdest-ip\tdest-port' },
    { reply: 'line', data: 'b\x01t\th\t\timap\t10.9.9.9\t10.0.0.1\t143' },
    { reply: 'line', data: 'a\tg\t\timap\t10.9.9.9\t10.0.0.2\t143' },
    { reply: 'line', data: 'a\t\t\timap\t10.9.9.9\t10.0.0.1\t143' },
    { reply: 'ok', data: '' },
  ]);
});

test('one of several sessions of a user is known by its guid, which comes when it is asked for', () => {
  const { sessions, kicked } = setUp();
  const guids = sessions.list(true).map((line) => line.split('\t').at(-1));
  expect(guids[0]).toBe('conn-guid');
  expect(new Set(guids).size).toBe(4);
  const [, , second = ''] = guids;
  expect(second).toMatch(/^[0-9a-f]{32}$/);
  expect(answerProxyCommand(`KICK-GUID\tb\t${second}`, sessions, hashOf)).toEqual([{ reply: 'ok', data: '0' }]);
  expect(answerProxyCommand(`KICK-GUID\ta\t${second}`, sessions, hashOf)).toEqual([{ reply: 'ok', data: '1' }]);
  expect(kicked).toEqual(['a@10.0.0.2 Kicked by admin']);
});

test('another name at the backend has a column of its own, once there is one', () => {
  const { sessions } = setUp();
  const names = {
    ...COMMON,
    user: 'c',
    destuser: 'c2',
    ip: '10.0.0.1',
    chosenIp: '10.0.0.1',
    host: '10.0.0.1',
    altUsernames: new Map(),
  };
  sessions.remove(sessions.add({ ...names, kick: () => undefined }));
  sessions.add({ ...names, user: 'd', kick: () => undefined });
  const [header, first, second] = sessions.list();
  expect(header).toBe('username\tuser_group\tuser_x\tservice\tsrc-ip\tdest-ip\tdest-port\tdestuser');
  expect(first).toBe('d\t\t\timap\t10.9.9.9\t10.0.0.1\t143\tc2');
  expect(second).toBe('b\x01t\th\t\timap\t10.9.9.9\t10.0.0.1\t143\t');
});

test('where a session was first has a column of its own, once one was sent on; a director means either place', () => {
  const { sessions, kicked } = setUp();
  const names = { ...COMMON, user: 'a', destuser: 'a', ip: '10.0.0.3', host: '10.0.0.3', altUsernames: new Map() };
  sessions.add({ ...names, chosenIp: '10.0.0.1', kick: (reason) => void kicked.push(`a@10.0.0.3 ${reason}`) });
  expect(sessions.list().map((line) => line.split('\t').slice(-3).join(' '))).toEqual([
    'dest-ip dest-port chosen-ip',
    '10.0.0.3 143 10.0.0.1',
    '10.0.0.1 143 ',
    '10.0.0.2 143 ',
    '10.0.0.1 143 ',
  ]);
  expect(answerProxyCommand('KICK-DIRECTOR-HASH\t1\t10.0.0.1', sessions, hashOf)).toEqual([{ reply: 'ok', data: '1' }]);
  expect(answerProxyCommand('KICK-DIRECTOR-HASH\t1\t10.0.0.3', sessions, hashOf)).toEqual([{ reply: 'ok', data: '2' }]);
  expect(answerProxyCommand('KICK-DIRECTOR-HASH\t1\t10.0.0.2', sessions, hashOf)).toEqual([{ reply: 'ok', data: '2' }]);
  expect(kicked.slice(0, 3).toSorted()).toEqual(
    ['a@10.0.0.1', 'a@10.0.0.2', 'a@10.0.0.2'].map((session) => `${session} Kicked via director`),
  );
});

test('a director means the name at the backend, an administrator the one of the login', () => {
  const { sessions, kicked } = setUp();
  const names = {
    ...COMMON,
    user: 'c',
    destuser: 'b',
    ip: '10.0.0.1',
    chosenIp: '10.0.0.1',
    host: '10.0.0.1',
    altUsernames: new Map(),
  };
  sessions.add({ ...names, kick: (reason) => void kicked.push(reason) });
  expect(answerProxyCommand('KICK\tb', sessions, hashOf)).toEqual([{ reply: 'ok', data: '0' }]);
  expect(answerProxyCommand('KICK-DIRECTOR-HASH\t2', sessions, hashOf)).toEqual([{ reply: 'ok', data: '1' }]);
  expect(kicked).toEqual(['Kicked via director']);
});

test.each([
  ['KICK\ta', '2', ['a@10.0.0.1 Kicked by admin', 'a@10.0.0.2 Kicked by admin']],
  ['KICK\tA', '0', []],
  ['KICK\tx\tb\x01t', '1', ['b\t@10.0.0.1 Kicked by admin']],
  ['KICK-ALT\tuser_group\tg', '1', ['a@10.0.0.2 Kicked by admin']],
  ['KICK-ALT\tuser_nosuch\tg', '0', []],
  ['KICK-HOST\tb2.example.com', '1', ['a@10.0.0.2 Kicked by admin']],
  ['KICK-HOST\t10.0.0.2', '0', []],
  ['KICK-DIRECTOR-HASH\t1', '2', ['a@10.0.0.1 Kicked via director', 'a@10.0.0.2 Kicked via director']],
  ['KICK-DIRECTOR-HASH\t1\t10.0.0.1', '1', ['a@10.0.0.2 Kicked via director']],
  ['KICK-DIRECTOR-HASH\t9', '0', []],
])('%j', (command, count, expected) => {
  const { sessions, kicked } = setUp();
  expect(answerProxyCommand(command, sessions, hashOf)).toEqual([{ reply: 'ok', data: count }]);
  expect(kicked).toEqual(expected);
});

test.each([
  ['KICK', 'Missing parameter'],
  ['KICK-ALT\tuser_group', 'Missing parameter'],
  ['NOSUCH', 'Unknown command'],
])('%j is refused', (command, data) => {
  expect(answerProxyCommand(command, setUp().sessions, hashOf)).toEqual([{ reply: 'error', data }]);
});

test('a session that ended is neither listed nor kicked, its columns stay', () => {
  const sessions = createSessionTable();
  const altUsernames = new Map([['user_group', 'g']]);
  const names = {
    ...COMMON,
    user: 'a',
    destuser: 'a',
    ip: '10.0.0.1',
    chosenIp: '10.0.0.1',
    host: '10.0.0.1',
    altUsernames,
  };
  sessions.remove(sessions.add({ ...names, kick: () => expect.fail('kicked') }));
  expect(answerProxyCommand('KICK\ta', sessions, hashOf)).toEqual([{ reply: 'ok', data: '0' }]);
  expect(sessions.list()).toEqual(['username\tuser_group\tservice\tsrc-ip\tdest-ip\tdest-port']);
});

/** As when they were recorded: alice, then bob, both proxied. Who is kicked is gone. */
const recordedSessions = (): SessionTable => {
  const sessions = createSessionTable();
  for (const [user, alt] of [
    ['alice', { user_group: 'staff' }],
    ['bob', {}],
  ] as const) {
    const endpoint = { rip: '127.0.0.1', port: 143, protocol: 'imap' } as const;
    const place = { ip: '127.0.0.1', chosenIp: '127.0.0.1', host: '127.0.0.1' };
    const names = { ...endpoint, ...place, user, destuser: user, altUsernames: new Map(Object.entries(alt)) };
    const session = sessions.add({ ...names, kick: () => sessions.remove(session) });
  }
  return sessions;
};

const said = (fixture: Fixture, from: 'C' | 'S'): string[] =>
  fixture.steps.flatMap((step) => (step.from === from && 'bytes' in step ? [step.bytes.slice(0, -1)] : []));

test.each([
  ['ipc/list-full'],
  ['ipc/kick'],
  ['ipc/kick-alt'],
  ['ipc/kick-host'],
  ['ipc/kick-director-hash'],
  ['ipc/kick-errors'],
])('%s: what a real login process answers', (name) => {
  const fixture = readFixture(name);
  const sessions = recordedSessions();
  const hashes: Readonly<Record<string, number>> = { alice: 1_669_653_170, bob: 2_677_887_420 };
  const replies = said(fixture, 'C').flatMap((line) => {
    const request = parseIpcRequest(line);
    if ('refusal' in request) throw new Error(request.refusal);
    return answerProxyCommand(request.command, sessions, (user) => hashes[user] ?? 0).map(formatIpcReply);
  });
  expect(replies).toEqual(said(fixture, 'S'));
});
