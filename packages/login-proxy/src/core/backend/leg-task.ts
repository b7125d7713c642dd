/** From the target and the client: what the leg sends, the introduction included. */
import type { ClientContext } from '../proxy-login.ts';
import { fitsImapId, imapIntroduction } from './imap-introduction.ts';
import type { LegTask } from './leg.ts';
import { fitsPop3Xclient, pop3Introduction } from './pop3-introduction.ts';
import type { ProxyTarget } from './proxy-target.ts';

/** A fresh connection may pass four more proxies; a trusted hop says how many are left. */
const LOGIN_PROXY_TTL = 5;

/** At 1 or less nobody may be connected to any more: proxies seem to loop. */
export const clientTtl = (client: Pick<ClientContext, 'ttl'>): number => client.ttl ?? LOGIN_PROXY_TTL;

/** `warning`: the forward fields do not fit into the backend's command buffer and are left out. */
export const legTask = (target: ProxyTarget, client: ClientContext): { task: LegTask; warning: string | undefined } => {
  const { introduction, isCut } = introduce(target, client);
  const task: LegTask = {
    user: target.destuser,
    password: target.password,
    masterUser: target.masterUser,
    mechanism: target.mechanism,
    tls: target.tls,
    pipelining: target.pipelining,
    introduction: target.isTrusted ? introduction : undefined,
    sentCapability: client.sentCapability,
  };
  const warning = 'Forward fields are too long for the backend, not sending any of them';
  return { task, warning: isCut && target.isTrusted ? warning : undefined };
};

const introduce = (target: ProxyTarget, client: ClientContext): { introduction: string; isCut: boolean } => {
  const ttl = clientTtl(client) - 1;
  if (client.protocol === 'imap') {
    const isCut = !fitsImapId(target.forward);
    return { introduction: imapIntroduction(client, ttl, isCut ? [] : target.forward), isCut };
  }
  const full = pop3Introduction(client, ttl, target.forward);
  const isCut = !fitsPop3Xclient(full);
  return { introduction: isCut ? pop3Introduction(client, ttl, []) : full, isCut };
};
