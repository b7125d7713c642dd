/** auth-master of 2.4: its auth server asked by a script; its lmtp, doveadm and imap asking it. */
import { answerAt } from '../lib/login24.ts';
import { inOrder, overheard } from './auth-client-24.ts';
import { HOST, startAuthSite24, startTappedSite, type TappedSite } from './auth-site-24.ts';
import { type Case, closed, type Dialogue, read, readUntil, type Step, send, sendCrlf } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

const handshake = [send('VERSION\t1\t3'), read(2)];
const after = (about: string, ...script: Step[]): Case => ({ about, script: [...handshake, ...script] });
const ask = (about: string, ...lines: string[]): Case => after(about, ...lines.flatMap((line) => [send(line), read()]));

const lookups: Readonly<Record<string, Case>> = {
  user: ask('USER', 'USER\t1\talice\tprotocol=lmtp'),
  'user-service-key': ask('USER, the key of 2.3', 'USER\t1\talice\tservice=lmtp'),
  'user-unknown': ask('USER, no such user', 'USER\t4\tnobody\tprotocol=lmtp'),
  pass: ask('PASS', 'PASS\t1\tproxy1\tprotocol=lmtp'),
  'pass-no-host': ask('PASS, proxy without host', 'PASS\t8\tproxynohost\tprotocol=doveadm\tlip=127.0.0.1\tlport=24'),
  'pass-unknown': ask('PASS, no such user', 'PASS\t2\tnobody\tprotocol=lmtp'),
  'pass-denied': ask('PASS, user in a deny passdb', 'PASS\t4\tdenied\tprotocol=lmtp'),
  'pass-local': ask('PASS, a user who is not proxied', 'PASS\t11\talice\tprotocol=lmtp'),
  'pass-nologin': ask('PASS, nologin', 'PASS\t9\tnologin\tprotocol=lmtp'),
  'large-id-crlf': {
    about: 'CRLF, and an id of 32 bits (2.4.2 and later)',
    script: [sendCrlf('VERSION\t1\t4'), read(2), sendCrlf('PASS\t3657170945\tproxy1\tprotocol=lmtp'), read()],
  },
  pipelined: after(
    'two requests in one write',
    send('USER\t1\talice\tprotocol=lmtp', 'PASS\t2\tproxy1\tprotocol=lmtp'),
    read(2),
  ),
  list: after('LIST', send('LIST\t1\tprotocol=doveadm'), readUntil(/^DONE/)),
  'bad-no-protocol': after('neither protocol nor service', send('USER\t7\talice'), closed),
};

const said = (site: TappedSite, about: string, act: () => Promise<unknown>): Case =>
  overheard(site.taps.userdb, about, act);

/** Which numbers a mail process gives is chance. The reply is about the relay's process id, and left out. */
const requested = (site: TappedSite): Case => ({
  about: 'REQUEST of an imap process, without the reply: a relay in between cannot have the right process id',
  script: [
    async (dialogue: Dialogue): Promise<void> => {
      const endpoint = { host: HOST, port: site.listening.imap };
      await answerAt(endpoint, 'imap', 'alice', 'secret').catch(() => undefined);
      const { said: heard } = await site.taps.master.ended(0);
      for (const { from, bytes } of inOrder(heard)) {
        if (from === 'S' && !bytes.startsWith('VERSION')) continue;
        dialogue.record(from, bytes.replace(/^REQUEST\t\d+\t\d+\t/m, 'REQUEST\t77\t4242\t'));
      }
    },
  ],
});

const peers = (site: TappedSite): Readonly<Record<string, Case>> => {
  const rcpt = (user: string): Promise<string> => answerAt({ host: HOST, port: site.listening.lmtp }, 'lmtp', user);
  return {
    'lmtp-pass': said(site, 'lmtp, a recipient who is proxied', () => rcpt('pinned')),
    'lmtp-unknown': said(site, 'lmtp, a recipient whom nobody knows', () => rcpt('nobody')),
    'doveadm-auth-lookup': said(site, 'doveadm auth lookup', () =>
      site.doveadm('auth', 'lookup', '-a', `${site.dir}/run/sidecar/userdb`, '-x', 'protocol=lmtp', 'proxy1'),
    ),
    'doveadm-user': said(site, 'doveadm user', () =>
      site.doveadm('user', '-a', `${site.dir}/run/sidecar/userdb`, 'alice'),
    ),
    'doveadm-user-list': said(site, 'doveadm user *', () =>
      site.doveadm('user', '-a', `${site.dir}/run/sidecar/userdb`, '*'),
    ),
    'imap-request': requested(site),
  };
};

const start = async (): Promise<Peer> => peerOf(await startAuthSite24(), (site) => site.socket('auth-userdb'));

const protocol = 'auth-master-2.4';

export const authMaster24: Recording = { protocol, of: '2.4', start, cases: () => lookups };

export const lookupPeers24: Recording<TappedSite> = {
  protocol,
  of: '2.4',
  fresh: true,
  start: startTappedSite,
  cases: peers,
};
