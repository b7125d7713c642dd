/** anvil of Dovecot 2.4: who is connected, and kicks. */
import { type Case, closed, type Dialogue, logs, read, readUntil, type Step, send } from './dialogue.ts';
import { type Proxies, startProxies } from './proxies-24.ts';
import type { Recording } from './recording.ts';

const HELLO = ['VERSION\tanvil-client\t2\t0', ''];
const list = readUntil(/^$/);
/** The header may be empty, as the end is. */
const dump: readonly Step[] = [send('CONNECT-DUMP'), read(), list];

const after = (about: string, ...script: Step[]): Case => ({ about, script: [send(...HELLO), read(), ...script] });
const refused = (about: string, line: string): Case => after(about, send(line), closed, logs(/Error/));

/** Sessions begin before the dialogue does. */
const inSession = (
  site: Proxies,
  about: string,
  users: readonly string[],
  script: (guids: readonly string[]) => readonly Step[],
): Case => {
  const begin = async (dialogue: Dialogue): Promise<void> => {
    const guids: string[] = [];
    for (const user of users) guids.push((await site.login(user)).guid);
    for (const step of [send(...HELLO), read(), ...script(guids)]) await step(dialogue);
  };
  return { about, script: [begin] };
};

const many = (site: Proxies): Readonly<Record<string, Case>> => ({
  'connect-dump-empty': after('nobody is connected: an empty header, no row', ...dump),
  'connect-dump': inSession(
    site,
    'a proxied session: the login name, the backend; `user_group` is a field of the auth reply',
    ['alice'],
    () => dump,
  ),
  'connect-dump-destuser': inSession(site, 'the name at the backend is not listed', ['bob'], () => dump),
  'kick-user': inSession(site, 'by name', ['alice', 'bob'], () => [
    send('KICK-USER\tnobody'),
    read(),
    send('KICK-USER\talice'),
    read(),
    ...dump,
  ]),
  'kick-user-guid': inSession(site, 'one connection', ['bob'], ([guid]) => [
    send(`KICK-USER\tbob\t${'0'.repeat(31)}1`),
    read(),
    send(`KICK-USER\tbob\t${guid}`),
    read(),
    ...dump,
  ]),
  'kick-alt-user': inSession(site, 'by a field of the auth reply', ['alice'], () => [
    send('KICK-ALT-USER\tuser_group\tnone'),
    read(),
    send('KICK-ALT-USER\tuser_group\tstaff'),
    read(),
    ...dump,
  ]),
  'bad-command': refused('unknown command', 'NOSUCH'),
  'bad-kick-user': refused('no user', 'KICK-USER'),
  'bad-kick-guid': refused('no guid', 'KICK-USER\talice\tx'),
  'bad-kick-alt-user': refused('no value', 'KICK-ALT-USER\tuser_group'),
  'bad-kick-except-ip': refused('no address', 'KICK-ALT-USER\tuser_group\tx\ty'),
  'empty-line': refused('is no command', ''),
  'line-too-long': after('1100 bytes', send(`KICK-USER\t${'x'.repeat(1100)}`), closed),
  'version-anvil': {
    about: 'what 2.3 says',
    script: [send('VERSION\tanvil\t1\t0'), closed, logs(/Error/)],
  },
});

const one = (site: Proxies): Readonly<Record<string, Case>> => ({
  'kick-user-not-done': inSession(
    site,
    'login processes of one client each: counted, but the session goes on',
    ['alice'],
    () => [send('KICK-USER\talice'), read(), ...dump],
  ),
});

export const anvilClient: Recording<Proxies>[] = [
  { protocol: 'anvil-client', of: '2.4', fresh: true, start: () => startProxies('one'), cases: one },
  { protocol: 'anvil-client', of: '2.4', fresh: true, start: () => startProxies('many'), cases: many },
];
