/**
 * Whatever a listed director says, in whatever order: its connections end with a reason at most, everybody is told only
 * what he understands, and a second director is served all the while.
 */
import { parseDirectorAdminCommand, parseRingCommand } from '@homing/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greeting, joining, type Neighbour, startRingCore } from '../../testing/ring-core.ts';
import { runCommand } from '../admin/run-command.ts';
import type { Effect } from '../effect.ts';
import { kickFinished } from '../move/kick-finished.ts';
import { requestHost } from '../request/requests.ts';
import { receiveBytes } from './events.ts';

const BAD = '127.0.0.4';
const GOOD = '127.0.0.7';

const directors = fc.constantFrom(`${BAD}\t21100`, '127.0.0.1\t21100', '127.0.0.9\t21100', `${BAD}\t9`, '::1\t1');
const numbers = fc.oneof(
  fc.constantFrom('0', '1', '100', '1795306990', '1795307000', '1795310600', '4294967295'),
  fc.nat({ max: 5 }).map(String),
  fc.constantFrom('-1', '', 'x', '99999999999999999999'),
);
const backends = fc.constantFrom('10.2.0.11', '10.2.0.12', '10.2.0.13', '10.2.0.99', '::2', '10.2.0.', 'x');
const hashes = fc.constantFrom('1', '2', '3', '0', '4294967295', '1669653170');
const origins = fc.tuple(directors, numbers).map((fields) => fields.join('\t'));
const tags = fc.constantFrom('', 'gold', 't'.repeat(255), 'a\x01t');
const states = fc.constantFrom('U0', 'D0', 'D1795306999', 'U99999999999', 'D-5', 'X1', '');
const texts = fc.constantFrom('alice', '', 'homing_health', 'x\x01ty', '\xff', 'y'.repeat(940));
const bulletins = fc.constantFrom(
  `vote ${BAD} 21100 90 10.2.0.11 10.2.0.12`,
  `vote ${GOOD} 21100 4294967295 10.2.0.11 x`,
  'down 10.2.0.12 1795307000',
  'down 10.9.9.9 1',
  'vote',
);

const line = (name: string, ...fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...fields).map((values) => [name, ...values].join('\t'));

const hostFields = [backends, numbers, tags, states, texts] as const;
const commands = fc.oneof(
  fc.constantFrom(
    'VERSION\tdirector\t1\t9',
    'VERSION\tdirector\t1\t6',
    'VERSION\tdirector\t2\t9',
    'DONE',
    'PING',
    'PONG',
  ),
  line('ME', directors, numbers),
  line('DIRECTOR', directors),
  line('DIRECTOR-REMOVE', directors),
  line('CONNECT', fc.oneof(directors, fc.constant(`${GOOD}\t21100`))),
  line('HOST-HAND-START', fc.constantFrom('0', '1')),
  line('HOST-HAND-END', fc.constantFrom('0', '1')),
  line('HOST', ...hostFields),
  line('HOST', origins, ...hostFields),
  line('HOST-REMOVE', origins, backends),
  line('HOST-FLUSH', origins, backends),
  line('U', hashes, backends, numbers, fc.constantFrom('w', '')),
  line('USER', hashes, backends, numbers),
  line('USER', hashes, backends),
  line('USER-WEAK', origins, hashes, backends),
  line('USER-MOVE', origins, hashes, backends),
  line('USER-KILLED', hashes),
  line('USER-KILLED-EVERYWHERE', origins, hashes),
  line('USER-KICK', origins, texts),
  line('USER-KICK-ALT', origins, texts, texts),
  line('USER-KICK-ALT', origins, fc.constant('homing_health'), bulletins),
  line('USER-KICK-HASH', origins, hashes, backends),
  line('SYNC', directors, numbers),
  line('SYNC', directors, numbers, numbers, numbers, numbers),
  line('PING', numbers, numbers),
  line('PONG', numbers, numbers),
  line('OPTIONS', fc.constantFrom('consistent-hashing', 'x')),
  line('QUIT', texts),
);
const garbage = fc.constantFrom(
  '',
  'HOST',
  'U',
  'x'.repeat(1100),
  '\0\x01\t',
  'DONE\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t',
);
const start = (address: string) => greeting(address, 1_795_307_000).map((text) => text.replaceAll('\\t', '\t'));
const handshake = [...start(BAD), ...joining.map((text) => text.replaceAll('\\t', '\t'))];
const talk = fc.oneof(
  { weight: 6, arbitrary: fc.array(commands, { maxLength: 6 }) },
  { weight: 3, arbitrary: fc.constantFrom(handshake, [...start(BAD), 'DONE'], start(BAD)) },
  { weight: 1, arbitrary: fc.array(garbage, { maxLength: 2 }) },
);

type Step =
  | { do: 'say'; isIncoming: boolean; lines: readonly string[] }
  | { do: 'wait'; ms: number }
  | { do: 'login'; user: string }
  | { do: 'admin'; line: string }
  | { do: 'leave' | 'kicked' | 'sync' };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('say' as const), isIncoming: fc.boolean(), lines: talk }) },
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 2000, 11_000, 41_000) }),
  fc.record({ do: fc.constant('login' as const), user: fc.constantFrom('alice', 'bob') }),
  fc.record({
    do: fc.constant('admin' as const),
    line: fc.constantFrom(
      'HOST-RESET-USERS\t\t1',
      'HOST-SET\t10.2.0.13\t50',
      'HOST-DOWN\t10.2.0.11',
      'HOST-UP\t10.2.0.11',
      'USER-MOVE\talice\t10.2.0.12',
      'USER-KICK\tbob',
      'DIRECTOR-LIST',
      'DIRECTOR-ADD\t127.0.0.9',
    ),
  }),
  fc.record({ do: fc.constantFrom('leave' as const, 'kicked' as const, 'sync' as const) }),
);

const startWorld = () => {
  const core = startRingCore([BAD, GOOD], { homing_health_checks: 'tcp:1', director_max_parallel_kicks: 2 });
  const { director } = core;
  const comer = core.connectFrom(GOOD);
  if (comer === undefined) throw new Error('the good one is refused');
  const good = [comer];
  comer.say(...greeting(GOOD, core.seconds()), ...joining);

  /** Connections that we open: the good one answers, the bad one lets us wait, those that it named are not there. */
  const waiting: Neighbour[] = [];
  const answer = (): void => {
    for (let name = core.connecting()[0]; name !== undefined; name = core.connecting()[0]) {
      const end = name === GOOD || name === BAD ? core.accept() : core.refuse();
      if (name === GOOD) end?.say(...greeting(GOOD, core.seconds()), 'DONE');
      if (end !== undefined) (name === GOOD ? good : waiting).push(end);
    }
  };
  const end = (isIncoming: boolean): Neighbour | undefined => {
    if (!isIncoming) return waiting.findLast((end) => !end.isClosed());
    if (left?.isClosed() !== false) left = core.connectFrom(BAD);
    return left;
  };
  let left: Neighbour | undefined;
  const wait = (ms: number): void => {
    for (let rest = ms; rest > 0; rest -= 1000) {
      core.wait(Math.min(rest, 1000));
      answer();
      for (const end of good) end.say('PONG');
    }
  };
  const perform = (step: Step): void => {
    switch (step.do) {
      case 'say': {
        const bad = end(step.isIncoming);
        if (bad === undefined) return;
        receiveBytes(director, bad.id, step.lines.map((text) => `${text}\n`).join(''), core.now());
        core.settle();
        return;
      }
      case 'wait':
        wait(step.ms);
        return;
      case 'login':
        requestHost(director, step.user, '', core.now());
        break;
      case 'admin':
        runCommand(director, parseDirectorAdminCommand(step.line), 1, core.now());
        break;
      case 'kicked':
        for (const id of director.kicks.outstanding.keys()) kickFinished(director, id, undefined, core.now());
        break;
      case 'sync':
        for (const sent of [...waiting, ...good].flatMap((end) => end.heard())) {
          if (sent.startsWith('SYNC\\t127.0.0.1\\t')) comer.say(sent);
        }
        break;
      case 'leave':
        for (const end of [left, ...waiting]) end?.close();
    }
    core.settle();
    answer();
  };
  answer();
  return { core, director, good: comer, perform, wait };
};

/** A line that we get wrong costs us a minute of exclusion. */
const checkLines = (effects: readonly Effect[]): void => {
  const inList = new Set<number>();
  for (const effect of effects) {
    if (effect.do !== 'ring-send') continue;
    for (const line of effect.text.slice(0, -1).split('\n')) {
      const { cmd } = parseRingCommand(line, inList.has(effect.peer));
      if (cmd === 'HOST-HAND-START') inList.add(effect.peer);
      if (cmd === 'HOST-HAND-END') inList.delete(effect.peer);
    }
  }
};

test('a director that says anything', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 40 }), (all) => {
      const { core, director, good, perform, wait } = startWorld();
      for (const step of all) perform(step);
      checkLines(core.effects);
      expect(good.isClosed(), core.logged.join('\n')).toBe(false);
      core.effects.length = 0;
      good.say('PING');
      expect(core.effects).toContainEqual(expect.objectContaining({ do: 'ring-send', peer: good.id }));
      perform({ do: 'leave' });
      for (let i = 0; i < 10; i++) {
        wait(10_000);
        perform({ do: 'leave' });
      }
      expect(director.moves.byId.size).toBe(0);
      expect(director.kicks.outstanding.size).toBe(0);
      expect(director.requests.waiting.size).toBe(0);
      expect(director.ring.forwards.queue).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
