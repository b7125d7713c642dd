/**
 * ipc: administrators and directors on one side (connections 2 and 3, socket `ipc`), processes that take their commands
 * on the other (connection 1, socket `login/ipc-proxy`); and what a real login process answers.
 */
import { startDovecot } from '../lib/dovecot.ts';
import { openLineClient } from '../lib/line-client.ts';
import { mailboxes23 } from '../lib/mailboxes.ts';
import { freePorts } from '../lib/ports.ts';
import { makeMailDir } from '../lib/server.ts';
import { type Case, closed, logs, on, read, readUntil, type Step, send } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

type IpcSite = Peer & { readonly admin: string; readonly port: number };

const config =
  (port: number, backend: number) =>
  (dir: string): string =>
    `
protocols = imap
login_trusted_networks = 127.0.0.0/8
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener backend {
    port = ${backend}
  }
}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
${mailboxes23(dir)}
`;

/** The backend is the same Dovecot under another name, so that one instance is enough. */
const users = (backend: number): string => `real:{PLAIN}pw::::::
alice:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=${backend} destuser=real pass=pw user_group=staff
bob:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=${backend} destuser=real pass=pw
`;

const start = async (): Promise<IpcSite> => {
  const [port = 0, backend = 0] = await freePorts(2);
  const files = { users: users(backend) };
  const dovecot = await startDovecot({ config: config(port, backend), files, prepare: makeMailDir });
  const own = [
    [port, 143],
    [backend, 143],
  ] as const;
  const peer = peerOf(dovecot, () => dovecot.socket('login/ipc-proxy'), own);
  const shown = Object.entries(peer.files).map(([name, text]) => [
    name,
    text.replaceAll(String(port), '143').replaceAll(String(backend), '1143'),
  ]);
  return { ...peer, files: Object.fromEntries(shown), admin: dovecot.socket('ipc'), port };
};

const HELLO = 'VERSION\tipc-server\t1\t0';
const HANDSHAKE = 'HANDSHAKE\tproxy\t10001';
const done = readUntil(/^[+-]/);

const cases = ({ admin, port }: IpcSite): Readonly<Record<string, Case>> => {
  const asAdmin = on(2, admin);
  const asProcess = on(1);
  const register: readonly Step[] = [send(HELLO, HANDSHAKE), read()];
  const ask = (...lines: string[]): Step[] => lines.flatMap((line): Step[] => [send(line), done]);
  const refused = (about: string, ...lines: string[]): Case => ({
    about,
    script: [send(...lines), read(), closed, logs(/Error/)],
  });
  const login =
    (user: string): Step =>
    async () => {
      const client = await openLineClient({ host: '127.0.0.1', port });
      await client.line();
      client.send(`a LOGIN ${user} pw\r\n`);
      await client.linesUntil((line) => line.startsWith('a OK'));
    };
  /** Not part of the dialogue: a login process registers some time after its first session began. */
  const registered: Step = async () => {
    using client = await openLineClient(admin);
    do client.send('proxy\t*\tKICK\tnobody\n');
    while ((await client.line()) !== '+0');
  };
  const inSession = (about: string, ...script: Step[]): Case => ({
    about,
    script: [login('alice'), login('bob'), registered, asAdmin, ...script],
  });
  return {
    handshake: { about: 'a process registers', script: [...register] },
    command: {
      about: 'a command and its answer of two lines',
      script: [
        ...register,
        asAdmin,
        send('proxy\t*\tLIST-FULL'),
        asProcess,
        read(),
        send('1\t:a', '1\t:b', '1\t+'),
        asAdmin,
        done,
      ],
    },
    'command-fails': {
      about: 'a command that fails',
      script: [
        ...register,
        asAdmin,
        send('proxy\t*\tKICK\tx'),
        asProcess,
        read(),
        send('1\t-Missing parameter'),
        asAdmin,
        done,
      ],
    },
    'command-by-id': {
      about: 'to one process, by its number',
      script: [...register, asAdmin, send('proxy\t1\tKICK\tx'), asProcess, read(), send('1\t+3'), asAdmin, done],
    },
    unknown: {
      about: 'what nobody can do',
      script: [
        ...register,
        asAdmin,
        ...ask(
          'proxy\t99\tKICK\tx',
          'proxy\tx\tKICK\tx',
          'nosuch\t1\tKICK\tx',
          'nosuch\t*\tKICK\tx',
          'proxy',
          'proxy\t*\t',
        ),
      ],
    },
    'nobody-registered': { about: 'no process ever registered', script: [asAdmin, ...ask('proxy\t*\tKICK\tx')] },
    'bad-version': refused('another major version', 'VERSION\tipc-server\t2\t0'),
    'bad-handshake': refused('no handshake', HELLO, 'HELLO'),
    'bad-pid': refused('a pid that is no number', HELLO, 'HANDSHAKE\tproxy\tx'),
    'bad-reply': refused('a reply without a sign', HELLO, HANDSHAKE, '1\tx'),
    'list-full': inSession('the sessions of a login process', send('proxy\t*\tLIST-FULL'), done),
    kick: inSession(
      'by exact name',
      ...ask('proxy\t*\tKICK\tnobody', 'proxy\t*\tKICK\tAlice', 'proxy\t*\tKICK\talice\tbob'),
    ),
    'kick-alt': inSession(
      'by another field',
      ...ask(
        'proxy\t*\tKICK-ALT\tuser_nosuch\tx',
        'proxy\t*\tKICK-ALT\tuser_group\tx',
        'proxy\t*\tKICK-ALT\tuser_group\tstaff',
      ),
    ),
    'kick-host': inSession('by backend', ...ask('proxy\t*\tKICK-HOST\t10.9.9.9', 'proxy\t*\tKICK-HOST\t127.0.0.1')),
    'kick-director-hash': inSession(
      'by hash of the name',
      ...ask(
        'proxy\t*\tKICK-DIRECTOR-HASH\t1',
        'proxy\t*\tKICK-DIRECTOR-HASH\t1669653170\t127.0.0.1',
        'proxy\t*\tKICK-DIRECTOR-HASH\t1669653170\t10.9.9.9',
        'proxy\t*\tKICK-DIRECTOR-HASH\t2677887420',
      ),
    ),
    'kick-errors': inSession(
      'commands a login process refuses',
      ...ask(
        'proxy\t*\tKICK',
        'proxy\t*\tKICK-ALT',
        'proxy\t*\tKICK-HOST',
        'proxy\t*\tKICK-DIRECTOR-HASH',
        'proxy\t*\tKICK-DIRECTOR-HASH\t1\tx',
        'proxy\t*\tNOSUCH',
      ),
    ),
  };
};

export const ipc: Recording<IpcSite>[] = [{ protocol: 'ipc', fresh: true, start, cases }];
