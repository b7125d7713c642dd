/** What login processes are told besides their mail host, by where they run and how their sessions are known. */
import { type ByteString, escapeTab } from '@homing/wire';
import { DESTUSER_FIELD } from '../session-kick/proxied-session.ts';
import type { SuccessLine } from './success-line.ts';

export type LoginFields = {
  /** How often to say that a user still has sessions; 0: nobody would hear it. */
  readonly refreshSeconds: number;
  /** Dovecot 2.4's anvil has to list the name at the backend, if it is another than the login name. */
  readonly tellsDestuser: boolean;
};

export const destuserField = ({ hasDestuser, username }: SuccessLine, { tellsDestuser }: LoginFields): ByteString =>
  tellsDestuser && hasDestuser && username !== undefined ? `\t${DESTUSER_FIELD}=${escapeTab(username)}` : '';
