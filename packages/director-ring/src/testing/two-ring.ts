/**
 * One director's core in a ring with one neighbour, 127.0.0.4, who is a test: his connection to us is the left, ours to
 * him the right. Synced, and all that was said until then forgotten.
 */
import { parseDirectorAdminCommand } from '@homing/wire';
import { runCommand } from '../core/admin/run-command.ts';
import type { Kick } from '../core/effect.ts';
import { kickFinished } from '../core/move/kick-finished.ts';
import { requestHost } from '../core/request/requests.ts';
import type { DirectorSettings } from '../core/settings.ts';
import { greeting, joining, type Neighbour, startRingCore } from './ring-core.ts';

export const startTwoRing = (changed: Partial<DirectorSettings> = {}) => {
  const core = startRingCore(['127.0.0.4'], changed);
  const { director, settle } = core;

  /** Our SYNC comes back. */
  const isSyncOfOurs = (line: string): boolean => line.startsWith('SYNC\\t127.0.0.1\\t');
  const reachRight = (): Neighbour => {
    const right = core.accept();
    if (right === undefined) throw new Error('nobody is connected to');
    right.say(...greeting('127.0.0.4', core.seconds()), 'DONE');
    return right;
  };
  const reachLeft = (): Neighbour => {
    const left = core.connectFrom('127.0.0.4');
    if (left === undefined) throw new Error('refused');
    left.say(...greeting('127.0.0.4', core.seconds()), ...joining);
    return left;
  };
  const ring = { right: reachRight(), left: reachLeft() };
  const sync = (): void => ring.left.say(...ring.right.heard().filter(isSyncOfOurs));
  sync();
  ring.left.heard();

  const kicks = (): Kick[] => core.effects.flatMap((effect) => (effect.do === 'kick' ? [effect.kick] : []));
  return {
    ...core,
    ring,
    /** What the left and the right heard, without SYNCs; these come back. */
    heard(): { left: string[]; right: string[] } {
      const right = ring.right.heard();
      const syncs = right.filter(isSyncOfOurs);
      const left = ring.left.heard();
      if (syncs.length > 0) ring.left.say(...syncs);
      return { left, right: right.filter((line) => !line.startsWith('SYNC')) };
    },
    reachLeft,
    reachRight,
    sync,
    kicks,
    login(username: string): string {
      const answer = requestHost(director, username, '', core.now());
      settle();
      return answer.result === 'host' ? answer.host.ip : answer.result;
    },
    admin(line: string, session = 1): string {
      const result = runCommand(director, parseDirectorAdminCommand(line.replaceAll('\\t', '\t')), session, core.now());
      settle();
      return result.result === 'reply' ? result.reply : result.result;
    },
    answerKick(failure?: string): void {
      const [id] = director.kicks.outstanding.keys();
      if (id === undefined) throw new Error('no kick is outstanding');
      kickFinished(director, id, failure, core.now());
      settle();
    },
    replies: (): string[] =>
      core.effects.flatMap((effect) => (effect.do === 'reply' ? [`${effect.session} ${effect.reply}`] : [])),
    moveStates: (): string[] => [...director.moves.byId.values()].map(({ state }) => state.at),
  };
};

export type TwoRing = ReturnType<typeof startTwoRing>;
