/** What login processes and administrators ask of a director. Nobody hears them if it is not there. */
import { parseDirectorAdminCommand } from '@homing/wire';
import { runCommand } from '../../core/admin/run-command.ts';
import { refreshUser } from '../../core/request/refresh-user.ts';
import { requestHost } from '../../core/request/requests.ts';
import type { Session } from './clients.ts';
import type { SimMember } from './member.ts';
import { enter } from './run-core.ts';
import type { MailUser } from './users.ts';
import { memberOf, type World } from './world.ts';

/** `seconds`: how long the session lasts. */
export const login = (world: World, member: SimMember, user: MailUser, seconds: number): void => {
  enter(world, member, (director, now) => {
    const answer = requestHost(director, user.name, user.tag, now);
    if (answer.result === 'wait') member.logins.set(answer.ticket, { user, seconds, since: now });
    else if (answer.result === 'fail') world.options.observer.loginFailed(member, user.name, answer.reason ?? '');
    else world.clients.start({ user, ip: answer.host.ip, member: member.name, seconds });
  });
};

export const refresh = (world: World, session: Session): void => {
  enter(world, memberOf(world, session.member), (director, now) => refreshUser(director, session.user.name, now));
};

/** One line, as doveadm sends it, with blanks for tabs. */
export const admin = (world: World, member: SimMember, command: string): void => {
  enter(world, member, (director, now) => {
    const session = world.nextSession++;
    world.options.observer.asked(member, command);
    const result = runCommand(director, parseDirectorAdminCommand(command.replaceAll(' ', '\t')), session, now);
    const reply = (text: string): void => world.options.observer.replied(member, command, text, 0);
    if (result.result === 'wait') world.waitingAdmins.set(session, { member, command, since: world.queue.now() });
    else if (result.result === 'rows') reply(Array.from({ [Symbol.iterator]: () => result.rows }).join(''));
    else reply(result.reply);
  });
};
