/** Answers of a director to those who had to wait. */
import type { LateAnswer } from '../../core/effect.ts';
import type { SimMember } from './member.ts';
import type { World } from './world.ts';

export const answered = (world: World, member: SimMember, ticket: number, answer: LateAnswer): void => {
  const waiting = member.logins.get(ticket);
  member.logins.delete(ticket);
  if (waiting === undefined) throw new Error(`${member.name} answers login ${ticket}, which nobody waits for`);
  const { user, seconds } = waiting;
  if (answer.result === 'fail') world.options.observer.loginFailed(member, user.name, answer.reason ?? '');
  else world.clients.start({ user, ip: answer.host.ip, member: member.name, seconds });
};

export const adminReplied = (world: World, session: number, reply: string): void => {
  const waiting = world.waitingAdmins.get(session);
  world.waitingAdmins.delete(session);
  if (waiting === undefined) throw new Error(`a reply to command ${session}, which nobody waits for`);
  const { member, command, since } = waiting;
  world.options.observer.replied(member, command, reply, world.queue.now() - since);
};
