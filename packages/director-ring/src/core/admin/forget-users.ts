import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { abandonMove } from '../move/moves.ts';

/** HOST-FLUSH: the next login of each of its users goes by hash. Sessions are not touched, moves of the users end. */
export const forgetUsers = (director: Director, host: MailHost): void => {
  const tag = director.hosts.tagOf(host);
  tag.users.removeHost(host.slot, (hash) => abandonMove(director, tag, hash));
};
