/**
 * The migration that Homing is for: a ring of two Dovecot 2.3 directors with login services of 2.3 becomes two Homings
 * beside Dovecot 2.4, one host after the other, while mail clients log in and stay logged in.
 */
import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from './lib/ports.ts';
import { makeInstanceDir } from './lib/server.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { type Clients, type Front, startClients } from './migration/clients.ts';
import { type NewFront, oldFront, type Site, startNewFront } from './migration/mail-front.ts';
import { startWitness } from './migration/witness.ts';
import type { Member } from './ring/member.ts';
import { agreed, formed } from './ring/ring.ts';

const ADDRESSES = ['127.2.240.1', '127.2.240.2'] as const;
const MAIL_HOSTS = ['127.2.240.11', '127.2.240.12', '127.2.240.13'] as const;
const KNOWN = Array.from({ length: 60 }, (_, i) => `user${i}`);
/** Logins at each front between two steps. */
const SOME_LOGINS = 60;

const startSite = async (): Promise<Site> => {
  const dir = await makeInstanceDir();
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [imapPort = 0] = await freePorts(1, ADDRESSES[0]);
  const [backendPort = 0] = await freePorts(1, MAIL_HOSTS[0]);
  return { dir, addresses: ADDRESSES, mailHosts: MAIL_HOSTS, imapPort, backendPort };
};

/** As an administrator does it: the old one stops, the new one starts, and the ring is whole again. */
const migrate = async (site: Site, front: Front, old: Member, other: Member): Promise<NewFront> => {
  front.isChanging = true;
  await old.stop();
  await formed([other]);
  const fresh = await startNewFront(site, front.host);
  await formed([fresh.homing, other].sort(byAddress));
  front.isChanging = false;
  return fresh;
};

const byAddress = (a: Member, b: Member): number => a.place.address.localeCompare(b.place.address);

/** From now on the hash of a known user does not say where it is: only a director that was told can. */
const weigh = async (member: Member): Promise<void> => {
  expect(await member.ask(`HOST-UPDATE\t${MAIL_HOSTS[0]}\t5`)).toEqual(['OK']);
};

const moveAll = async (member: Member, clients: Clients, count: () => number): Promise<void> => {
  expect(await member.ask(`HOST-UPDATE\t${MAIL_HOSTS[1]}\t0`)).toEqual(['OK']);
  expect(await member.ask(`HOST-RESET-USERS\t${MAIL_HOSTS[1]}\t100`)).toEqual(['OK']);
  await until('nobody to be left on the mail host', 30_000, () => count() === 0);
  await clients.more(SOME_LOGINS);
};

describeWithBothDovecots('a site with Dovecot 2.3', () => {
  test('becomes one of Homing and Dovecot 2.4, host by host, and no user is ever on two backends', async () => {
    const site = await startSite();
    await using witness = await startWitness(MAIL_HOSTS, site.backendPort);
    await using oldFirst = oldFront(site, ADDRESSES[0]);
    await using oldSecond = oldFront(site, ADDRESSES[1]);
    for (const member of [oldFirst, oldSecond]) await member.start();
    await formed([oldFirst, oldSecond], 30_000);
    const fronts = ADDRESSES.map((host) => ({ host, port: site.imapPort, isChanging: false }));
    const [first, second] = fronts;
    if (first === undefined || second === undefined) throw new Error('no fronts');
    await using clients = startClients(fronts, KNOWN);
    await until('all known users to have logged in', 60_000, () => KNOWN.every((user) => witness.hosts.has(user)));
    await weigh(oldFirst);
    const before = new Map(witness.hosts);
    await clients.more(SOME_LOGINS);

    await using newFirst = await migrate(site, first, oldFirst, oldSecond);
    await clients.more(SOME_LOGINS);
    await agreed([newFirst.homing, oldSecond]);

    await using newSecond = await migrate(site, second, oldSecond, newFirst.homing);
    await clients.more(SOME_LOGINS);
    await agreed([newFirst.homing, newSecond.homing]);
    expect(KNOWN.filter((user) => witness.hosts.get(user) !== before.get(user))).toEqual([]);

    await moveAll(newFirst.homing, clients, () => witness.count(MAIL_HOSTS[1]));
    expect(KNOWN.filter((user) => witness.hosts.get(user) === MAIL_HOSTS[1])).toEqual([]);
    await clients.stop();
    expect(witness.splits).toEqual([]);
    expect(clients.failures).toEqual([]);
  }, 180_000);
});
