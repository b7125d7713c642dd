import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ip } from '../../testing/ip.ts';
import { createMailHosts, type MailHosts } from '../host/mail-hosts.ts';
import { NO_USER } from '../user/user-records.ts';
import { createBlockReader } from './block.ts';
import { createReplay, type Replay } from './replay.ts';
import { createUserJournal, type Snapshot } from './user-journal.ts';

const EXPIRE = 80;
const START = 1_795_307_000;
const HASHES = 12;
const IPS = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map(ip);
const TAGS = ['', 'a'];

const createHosts = (): MailHosts => createMailHosts({ md5Start: () => 0, expireSeconds: EXPIRE, seed: 1 });

/** Who is where: `hash tag` -> ip and age. */
type Where = Map<string, { ip: string; timestamp: number }>;

const whereIn = (hosts: MailHosts): Where => {
  const where: Where = new Map();
  for (const { name, users } of hosts.tags()) {
    const cursor = users.cursor();
    for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) {
      const { hash, timestamp, host } = users.user(id);
      where.set(`${hash} ${name}`, { ip: hosts.at(host).ip, timestamp });
    }
    cursor.close();
  }
  return where;
};

const replayOf = (file: Uint8Array): Replay => {
  const reader = createBlockReader();
  const replay = createReplay(1);
  reader.push(file);
  for (let read = reader.next(); read.read === 'block'; read = reader.next()) {
    if (!replay.apply(read.block)) throw new Error(`not understood: ${read.block.kind}`);
  }
  return replay;
};

const whereOnDisk = (file: Uint8Array): Where => {
  const { users } = replayOf(file);
  const where: Where = new Map();
  for (const tag of users.tags()) {
    for (const { hash, ip: address, timestamp } of users.users(tag)) {
      where.set(`${hash} ${tag}`, { ip: address, timestamp });
    }
  }
  return where;
};

const alive = (where: Where, now: number): Where =>
  new Map([...where].filter(([, { timestamp }]) => timestamp + EXPIRE > now));

type Operation =
  | { do: 'login'; hash: number; host: number }
  | { do: 'move'; hash: number; host: number }
  | { do: 'flush' | 'remove'; host: number }
  | { do: 'add'; ip: number; tag: number }
  | { do: 'wait'; seconds: number }
  | { do: 'write' | 'snapshot' };

const hash = fc.integer({ min: 1, max: HASHES });
const host = fc.nat(3);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('login' as const), hash, host }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), hash, host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'remove' as const), host }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), ip: fc.nat(3), tag: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'snapshot' as const) }) },
);

/** A director's users and their file, as the service has them. */
const startSite = () => {
  const hosts = createHosts();
  for (const address of IPS.slice(0, 2)) hosts.add({ ip: address, hostname: '', tag: '' });
  const journal = createUserJournal({ hosts, expireSeconds: EXPIRE, usernameHash: '%Lu', isContinued: false });
  const site = { hosts, now: START, file: Buffer.alloc(0), filling: undefined as Snapshot | undefined };
  let next = Buffer.alloc(0);
  const write = (): void => {
    for (let bytes = journal.changes(site.now); bytes !== undefined; bytes = journal.changes(site.now)) {
      site.file = Buffer.concat([site.file, bytes]);
      if (site.filling !== undefined) next = Buffer.concat([next, bytes]);
    }
  };
  /** One slice of it, with whatever else happens between. */
  const fill = (): void => {
    if (site.filling === undefined) {
      site.filling = journal.snapshot(site.file.length === 0);
      next = Buffer.alloc(0);
    }
    const bytes = site.filling.next(site.now);
    if (bytes !== undefined) {
      next = Buffer.concat([next, bytes]);
      return;
    }
    site.filling = undefined;
    site.file = next;
  };
  while (site.file.length === 0) fill();
  return { site, write, fill };
};

const perform = ({ hosts, now }: { hosts: MailHosts; now: number }, todo: Operation): void => {
  if (todo.do === 'add') {
    const [address, tag] = [IPS[todo.ip], TAGS[todo.tag]];
    if (address === undefined || tag === undefined || hosts.find(address) !== undefined) return;
    hosts.add({ ip: address, hostname: '', tag });
    return;
  }
  if (!('host' in todo)) return;
  const target = hosts.all()[todo.host];
  if (target === undefined) return;
  const { users } = hosts.tagOf(target);
  if (!('hash' in todo)) {
    users.removeHost(target.slot, () => {});
    if (todo.do === 'remove') hosts.remove(target);
    return;
  }
  const id = users.find(todo.hash, now);
  if (id === NO_USER) users.add(todo.hash, target.slot, now);
  else if (todo.do === 'move') users.moveTo(id, target.slot, now);
  else users.refresh(id, now);
};

test('what is read back is who was where, at most an eighth of the expiry time too old', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const { site, write, fill } = startSite();
      for (const todo of operations) {
        if (todo.do === 'wait') site.now += todo.seconds;
        else if (todo.do === 'write') write();
        else if (todo.do === 'snapshot') fill();
        else perform(site, todo);
      }
      write();
      while (site.filling !== undefined) fill();
      const expected = alive(whereIn(site.hosts), site.now);
      const found = whereOnDisk(site.file);
      for (const [key, user] of expected) {
        const stored = found.get(key);
        expect(stored?.ip).toBe(user.ip);
        expect(user.timestamp - (stored?.timestamp ?? 0)).toBeLessThan(EXPIRE / 8);
      }
      // Nobody else is alive on disk.
      for (const key of alive(found, site.now).keys()) expect([...expected.keys()]).toContain(key);
    }),
    { numRuns: 300 },
  );
});

test('a file cut at any byte is what it was a moment ago', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (operations, cut) => {
        const { site, write } = startSite();
        const states: { size: number; where: Where }[] = [{ size: site.file.length, where: new Map() }];
        for (const todo of operations) {
          if (todo.do === 'wait') site.now += todo.seconds;
          else if (todo.do === 'write') {
            write();
            states.push({ size: site.file.length, where: whereIn(site.hosts) });
          } else perform(site, todo);
        }
        const size = Math.floor(cut * site.file.length);
        const found = whereOnDisk(site.file.subarray(0, size));
        const before = states.findLast((state) => state.size <= size)?.where ?? new Map();
        const after = states.find((state) => state.size > size)?.where ?? before;
        const isExact = states.some((state) => state.size === size);
        for (const [key, { ip: address }] of alive(found, site.now)) {
          expect([before.get(key)?.ip, ...(isExact ? [] : [after.get(key)?.ip])]).toContain(address);
        }
        if (!isExact) return;
        for (const [key, user] of alive(before, site.now)) expect(found.get(key)?.ip).toBe(user.ip);
      },
    ),
    { numRuns: 300 },
  );
});

test('a new file takes no user before his mail host is known in it', () => {
  const { site, write, fill } = startSite();
  fill();
  perform(site, { do: 'add', ip: 2, tag: 0 });
  perform(site, { do: 'login', hash: 7, host: 2 });
  fill();
  write();
  while (site.filling !== undefined) fill();
  expect(whereOnDisk(site.file)).toEqual(whereIn(site.hosts));
});

test('a refresh within an eighth of the expiry time is not written', () => {
  const { site, write } = startSite();
  perform(site, { do: 'login', hash: 1, host: 0 });
  write();
  const { length } = site.file;
  site.now += EXPIRE / 8 - (START % (EXPIRE / 8)) - 1;
  perform(site, { do: 'login', hash: 1, host: 0 });
  write();
  expect(site.file).toHaveLength(length);
  site.now += 1;
  perform(site, { do: 'login', hash: 1, host: 0 });
  write();
  expect(site.file.length).toBeGreaterThan(length);
  expect(whereOnDisk(site.file).get('1 ')).toEqual({ ip: '10.0.0.1', timestamp: site.now });
});
