/** A director's core under simulated time. */
import { parseDirectorAdminCommand, parseIpAddress } from '@homing/wire';
import { runCommand } from '../core/admin/run-command.ts';
import { type Director, startDirector } from '../core/director.ts';
import type { Effect } from '../core/effect.ts';
import { parseMailServers } from '../core/host/mail-servers.ts';
import { kickFinished } from '../core/move/kick-finished.ts';
import { requestHost } from '../core/request/requests.ts';
import type { DirectorSettings } from '../core/settings.ts';
import { continueWaiting, nextDeadline, tick } from '../core/tick.ts';
import { testSettings } from './start.ts';

/** 2026-11-22, a whole second. */
export const START = 1_795_307_000_000;

export const ip = (text: string) => {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
};

export const startSimulation = (changed: Partial<DirectorSettings> = {}, isRestart = false) => {
  const settings = { ...testSettings, ...changed };
  const mailHosts = parseMailServers(settings.director_mail_servers).flatMap((item) =>
    item.item === 'address' ? [{ ip: item.ip, hostname: '', tag: item.tag }] : [],
  );
  const self = { ip: ip('127.0.0.1'), port: 0 };
  const director: Director = startDirector({
    settings,
    self,
    others: [],
    mailHosts,
    isRestart,
    hostVariable: () => undefined,
    now: START,
    seed: 1,
  });
  let now = START;
  /** Everything that happened, oldest first. */
  const effects: Effect[] = [];
  /** What the service does after every call. */
  const settle = (): void => {
    do {
      effects.push(...director.effects);
      director.effects = [];
      if (director.isChanged) continueWaiting(director, now);
    } while (director.effects.length > 0 || director.isChanged);
  };
  return {
    director,
    effects,
    now: () => now,
    /** Lets time pass from deadline to deadline, as the timer does. */
    wait(seconds: number): void {
      const until = now + seconds * 1000;
      for (
        let next = nextDeadline(director, now);
        next !== undefined && next <= until;
        next = nextDeadline(director, now)
      ) {
        now = Math.max(now, next);
        tick(director, now);
        settle();
      }
      now = until;
    },
    login(username: string, tag = ''): string {
      const answer = requestHost(director, username, tag, now);
      settle();
      if (answer.result === 'host') return answer.host.ip;
      return answer.result === 'wait' ? `waits ${answer.ticket}` : (answer.reason ?? 'fails');
    },
    admin(line: string, session = 1): string {
      const result = runCommand(director, parseDirectorAdminCommand(line), session, now);
      settle();
      if (result.result === 'rows') return Array.from({ [Symbol.iterator]: () => result.rows }).join('');
      return result.result === 'reply' ? result.reply : 'waits';
    },
    /** The `ipc` service answers the oldest unanswered kick. */
    answerKick(failure?: string): void {
      const [id] = director.kicks.outstanding.keys();
      if (id === undefined) throw new Error('no kick is outstanding');
      kickFinished(director, id, failure, now);
      settle();
    },
    settle,
    logged: (): string[] => effects.flatMap((effect) => (effect.do === 'log' ? [effect.text] : [])),
    answers: (): string[] =>
      effects.flatMap((effect) => {
        if (effect.do !== 'answer') return [];
        return effect.answer.result === 'host'
          ? [`${effect.ticket} ${effect.answer.host.ip}`]
          : [`${effect.ticket} failed`];
      }),
  };
};
