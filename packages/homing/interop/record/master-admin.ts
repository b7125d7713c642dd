/** The admin socket of a Dovecot 2.4 login process with sessions of alice and bob. */
import { type Case, on, read, type Step, send } from './dialogue.ts';
import { type Proxies, type ProxySession, startProxies } from './proxies-24.ts';
import type { Recording } from './recording.ts';

type AdminSite = Proxies & { readonly bob: ProxySession };

const start = async (): Promise<AdminSite> => {
  const site = await startProxies('many');
  const { pid } = await site.login('alice');
  const bob = await site.login('bob');
  const address = `${site.dir}/run/srv.imap-login/${pid}`;
  return { ...site, address, bob };
};

const HELLO = 'VERSION\tmaster-admin-client\t1\t0';
const after = (about: string, ...script: Step[]): Case => ({ about, script: [on(1), send(HELLO), read(), ...script] });
const ask = (about: string, ...lines: string[]): Case => after(about, ...lines.flatMap((line) => [send(line), read()]));

const cases = ({ bob }: AdminSite): Readonly<Record<string, Case>> => ({
  'kick-user': ask('by name', 'KICK-USER\tnobody', 'KICK-USER\talice', 'KICK-USER\talice'),
  'kick-user-guid': ask('one connection', `KICK-USER\tbob\t${'0'.repeat(31)}1`, `KICK-USER\tbob\t${bob.guid}`),
  pipelined: after('several commands in one write', send('KICK-USER\talice', `KICK-USER\tbob\t${bob.guid}`), read(2)),
  refused: ask(
    'what is refused; the connection goes on',
    'KICK-USER',
    'KICK-USER\talice\tx',
    `KICK-USER\talice\t${bob.guid}\tx`,
    'NOSUCH',
  ),
});

export const masterAdmin: Recording<AdminSite>[] = [{ protocol: 'master-admin', of: '2.4', fresh: true, start, cases }];
