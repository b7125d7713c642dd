/** Which system users the processes become, and the numbers behind the names in the configuration. */
import type { Config, ServiceSettings } from '@homing/config';
import { type Identity, lookupGroup, lookupUser, resolveHost } from '@homing/io';
import { type Names, PlanError, runsAuth } from './listener-plan.ts';

export const systemNames = (): Names => ({
  mayChangeOwner: process.geteuid?.() === 0,
  uid: (user) => lookupUser(user)?.uid,
  gid: lookupGroup,
  addresses: resolveHost,
});

/** The core runs as `service auth { user }`, without an auth server as `service director { user }`. */
export const coreIdentity = (config: Config): Identity | undefined =>
  identityOf(config.services.get(runsAuth(config) ? 'auth' : 'director'));

/** The login workers serve all login services, so these must agree on their user; `imap-login` decides. */
export const loginIdentity = (config: Config): Identity | undefined =>
  identityOf(config.services.get('imap-login') ?? config.services.get('pop3-login'));

/** `undefined`: stays what the master is. */
const identityOf = (service: ServiceSettings | undefined): Identity | undefined => {
  if (service === undefined || service.user === '' || process.getuid?.() !== 0) return undefined;
  const user = lookupUser(service.user);
  if (user === undefined)
    throw new PlanError(`User doesn't exist: ${service.user} (See service ${service.name} { user })`);
  const extraGroups = service.extra_groups.split(/[\s,]+/).flatMap((group) => lookupGroup(group) ?? []);
  const gid = service.group === '' ? undefined : lookupGroup(service.group);
  return { user, extraGroups, ...(gid === undefined ? {} : { gid }) };
};
