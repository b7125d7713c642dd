/** `login_greeting`, whose variables are those known at accept. */
import { parsedTemplate } from '@homing/config';
import { digests } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { Env } from './event.ts';
import { type ConnectionFacts, connectionVariables } from './login-variables.ts';
import type { LoginSettings } from './settings.ts';
import type { ClientState } from './state.ts';

export const expandGreeting = ({ endpoints, localName }: ClientState, env: Env): ByteString => {
  const { lip, rip } = endpoints;
  const { protocol, pid, host } = env;
  return expand(env.settings, { lip, rip, protocol, pid, localName, host }).text;
};

/** Why nobody can be greeted: Dovecot's login process dies of it with this text. */
export const greetingFailure = (
  settings: Pick<LoginSettings, 'login_greeting'>,
  facts: ConnectionFacts,
): string | undefined => {
  const { error } = expand(settings, facts);
  return error === undefined ? undefined : `Failed to expand settings: login_greeting: ${error.message}`;
};

const expand = (settings: Pick<LoginSettings, 'login_greeting'>, facts: ConnectionFacts) =>
  parsedTemplate(settings.login_greeting, digests)(connectionVariables(facts));
