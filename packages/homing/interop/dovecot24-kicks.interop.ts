/**
 * Sessions of Dovecot 2.4's login services end when the director says so, as those of 2.3 do: its anvil and the admin
 * sockets of its processes stand for the ipc service that it has no more. Both as it comes, with one client a process,
 * where anvil's own kicks are counted but not heard, and with processes of many clients.
 */
import { afterEach, expect, test } from 'vitest';
import {
  allCut,
  anvilKnows,
  type Clients,
  nameAtBackend,
  SESSION_BACKENDS,
  type Session,
  type SessionSite,
  type SessionSiteOptions,
  startSessionSite,
} from './lib/dovecot24-sessions.ts';
import { describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';

const other = (host: string): string => SESSION_BACKENDS.find((ip) => ip !== host) ?? '';

describeWithDovecot24('kicks of Dovecot 2.4', () => {
  let site: SessionSite | undefined;
  afterEach(async () => {
    await site?.[Symbol.asyncDispose]();
    site = undefined;
  });
  const start = async (options: SessionSiteOptions): Promise<SessionSite> => {
    site = await startSessionSite(options);
    return site;
  };
  /** Nothing went wrong on either side. */
  const expectNoErrors = ({ front, homing }: SessionSite): void => {
    expect(`${front.log()}${homing.log()}`).not.toMatch(/Error|Panic|Fatal|Warning/);
  };

  test.each<[Clients]>([['one'], ['many']])('%s client a process: moves and kicks', async (clients) => {
    const running = await start({ clients });
    const { front, imap, pop3, homeadm, isAlive, hostOf } = running;
    const alice = [await imap('alice@staff'), await pop3('alice@staff')] as const;
    const bob = await imap('bob@sales');
    const renamed = await imap('carol@other');
    await anvilKnows(running, 4);
    expect((await front.doveadm('who', '-1')).stdout).toMatch(
      new RegExp(`alice@staff +pop3-login .* ${alice[1].backend}`),
    );

    const to = other(alice[0].backend);
    expect(await homeadm('director', 'move', 'alice@staff', to)).toMatchObject({ code: 0, stderr: '' });
    await allCut(alice);
    const again = await imap('alice@staff');
    expect(again.backend).toBe(to);

    const name = nameAtBackend('carol@other');
    await homeadm('director', 'move', name, other(renamed.backend));
    await allCut([renamed]);
    expect(await isAlive(bob)).toBe(true);
    expect(await hostOf(name)).toMatchObject({ host: other(renamed.backend) });

    expect(await homeadm('director', 'kick', 'bob@sales')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await allCut([bob]);
    expect(await isAlive(again)).toBe(true);
    const sales = [await imap('dave@sales'), await pop3('erin@sales')] as const;
    expect(await homeadm('director', 'kick', '-f', 'user_group', 'sales')).toMatchObject({ code: 0, stderr: '' });
    await allCut(sales);
    expect(await isAlive(again)).toBe(true);
    expectNoErrors(running);
  });

  test('a flush empties a mail host', async () => {
    const running = await start({ clients: 'one' });
    const { imap, pop3, homeadm, isAlive, front } = running;
    const sessions: Session[] = [];
    for (let n = 0; n < 40; n++) sessions.push(await (n % 2 === 0 ? imap : pop3)(`user${n}@staff`));
    await anvilKnows(running, 40);
    const [down, up] = SESSION_BACKENDS;
    const there = sessions.filter(({ backend }) => backend === down);
    const elsewhere = sessions.filter(({ backend }) => backend === up);
    expect(Math.min(there.length, elsewhere.length)).toBeGreaterThan(5);
    await homeadm('director', 'down', down);
    expect(await homeadm('director', 'flush', down)).toMatchObject({ code: 0, stderr: '' });
    await allCut(there);
    for (const session of elsewhere) expect(await isAlive(session)).toBe(true);
    await anvilKnows(running, elsewhere.length);
    const who = (await front.doveadm('who', '-1')).stdout;
    expect(who).not.toContain(down);
    for (const { user } of there.slice(0, 3)) expect((await imap(user)).backend).toBe(up);
    expectNoErrors(running);
  });

  test('kill -9 of the core: the next one learns who is where', async () => {
    const { homing, imap, homeadm, hostOf, isAlive } = await start({ clients: 'one', settings: 'state_dir =\n' });
    const first = await imap('alice@staff');
    const renamed = await imap('carol@other');
    for (const { user, backend } of [first, renamed]) {
      await homeadm('director', 'move', nameAtBackend(user), other(backend));
    }
    await allCut([first, renamed]);
    const sessions = [await imap('alice@staff'), await imap('carol@other')];
    const [core = 0] = homing.children('core.ts');
    process.kill(core, 'SIGKILL');
    await homing.logged(/service\(core\): child \d+ killed with signal 9/);
    for (const { user, backend } of sessions) {
      await until(`the director to know ${user}`, 10_000, async () => {
        const found = await hostOf(nameAtBackend(user)).catch(() => undefined);
        return found?.host === backend;
      });
      expect((await imap(user)).backend).toBe(backend);
    }
    for (const session of sessions) expect(await isAlive(session)).toBe(true);
  });

  test.each<[Clients, boolean]>([
    ['one', false],
    ['many', true],
  ])('%s client a process, without root: only what has ended counts as kicked', async (clients, doesEnd) => {
    const anvil = 'service anvil {\n  unix_listener anvil {\n    mode = 0666\n  }\n}\n';
    const { imap, homeadm, isAlive, homing } = await start({ clients, isUnprivileged: true, dovecot: anvil });
    const alice = await imap('alice@staff');
    const { code, stderr } = await homeadm('director', 'kick', 'alice@staff');
    expect([await isAlive(alice), code === 0]).toEqual([!doesEnd, doesEnd]);
    const why =
      /1 session goes on \(imap-login \d+ to 127\.0\.25\.\d: srv\..*Permission denied; anvil was told instead\)/;
    expect(why.test(stderr)).toBe(!doesEnd);
    if (doesEnd) expect(homing.log()).not.toMatch(why);
    else await homing.logged(why);
  });
});
