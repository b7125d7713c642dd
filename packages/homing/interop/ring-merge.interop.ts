/**
 * A ring in two parts that both serve, whose backends are changed on both sides so that users are sent to different
 * ones. When the parts are one ring again, every member has the same backend for each user, and the sessions at the other
 * backend are dropped. The parts come from `ring remove`, so that all mail hosts stay within reach.
 */
import { expect, test } from 'vitest';
import { startImapStandIn } from './lib/imap-stand-in.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { within } from './lib/until.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, RING_PORT } from './ring/ring.ts';
import { imapConfig, mailHosts, openSession } from './ring/sessions.ts';

const FIRST_NETWORK = 150;
const FIRST_PORT = 24_240;
const RINGS = ['HHH', 'DHH'].map((letters, number) => ({ letters, number }));
const USERS = Array.from({ length: 60 }, (_, i) => `user${i}`);
const MERGED_MS = 5000;

describeWithDovecot('two parts of a ring', () => {
  test.concurrent.each(RINGS)('$letters: changed backends, merged', async ({ letters, number }) => {
    await using stack = new AsyncDisposableStack();
    const port = FIRST_PORT + number;
    stack.use(await startImapStandIn(mailHosts, port));
    const network = loopback(FIRST_NETWORK + number, letters.length);
    const ring = stack.use(
      await createRing({
        network,
        kinds: kindsOf(letters),
        // It is dropped at each of its attempts to come back.
        ours: 'homing_director_look_time = 2 s\n',
        config: imapConfig,
        fields: `port=${port}`,
      }),
    );
    for (const member of ring.members) await member.start();
    await formed(ring.members, 30_000);
    const [first, last] = [ring.members[0], ring.members.at(-1)];
    if (first === undefined || last === undefined) throw new Error('an empty ring');
    const others = ring.members.filter((member) => member !== last);

    expect(await first.ask(`DIRECTOR-REMOVE\t${last.place.address}\t${RING_PORT}`)).toEqual(['OK']);
    await formed(others);
    await formed([last], 30_000);
    expect(await first.ask('HOST-UPDATE\t127.2.200.12\t2')).toEqual(['OK']);
    expect(await last.ask('HOST-UPDATE\t127.2.200.13\t2')).toEqual(['OK']);
    const [here, there] = [await loginAll([first], USERS), await loginAll([last], USERS)];
    const split = USERS.filter((user) => here.get(user) !== there.get(user));
    expect(split.length).toBeGreaterThan(20);
    const sessions = await Promise.all(
      split.slice(0, 10).flatMap((user) =>
        [first, last].map(async (via) => ({
          session: stack.use(await openSession(via, user)),
          host: (via === first ? here : there).get(user),
          user,
        })),
      ),
    );

    expect(await first.ask(`DIRECTOR-ADD\t${last.place.address}\t${RING_PORT}`)).toEqual(['OK']);
    await formed(ring.members, 40_000);
    await agreed(ring.members, MERGED_MS);
    const healed = await loginAll([first], USERS);
    for (const member of ring.members) expect(await loginAll([member], USERS)).toEqual(healed);
    const dropped = sessions.filter(({ user, host }) => host !== healed.get(user));
    expect(dropped).toHaveLength(10);
    await within('the ends of sessions', 10_000, Promise.all(dropped.map(({ session }) => session.ended())));
    for (const { session } of sessions.filter((one) => !dropped.includes(one)))
      expect(await session.alive()).toBe(true);
    const logs = ring.members.map((member) => member.log()).join('');
    const conflicts = new Set(logs.match(/User hash \d+ is being redirected to two hosts/g));
    expect(conflicts.size).toBe(split.length);
  });
});
