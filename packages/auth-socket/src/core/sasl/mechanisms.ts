/** `auth_mechanisms`: which mechanisms are offered, in the order of the setting. */
import { asciiUpper } from '@homing/wire';
import { AuthSettingsError } from '../settings.ts';
import { mechAnonymous } from './mech-anonymous.ts';
import { mechExternal } from './mech-external.ts';
import { mechLogin } from './mech-login.ts';
import { mechPlain } from './mech-plain.ts';
import type { Mechanism } from './mechanism.ts';

const KNOWN: readonly Mechanism[] = [mechPlain, mechLogin, mechExternal, mechAnonymous];

/** By upper-case name. Throws AuthSettingsError with Dovecot's texts; a mechanism we do not have is unknown. */
export const offeredMechanisms = (setting: string, anonymousUser: string): ReadonlyMap<string, Mechanism> => {
  const offered = new Map<string, Mechanism>();
  for (const word of setting.split(' ')) {
    if (word === '') continue;
    const name = asciiUpper(word);
    if (name === 'ANONYMOUS' && anonymousUser === '') {
      throw new AuthSettingsError('ANONYMOUS listed in mechanisms, but anonymous_username not set');
    }
    const mechanism = KNOWN.find((known) => known.name === name);
    if (mechanism === undefined) throw new AuthSettingsError(`Unknown authentication mechanism '${name}'`);
    offered.set(name, mechanism);
  }
  if (offered.size === 0) throw new AuthSettingsError('No authentication mechanisms configured');
  return offered;
};
