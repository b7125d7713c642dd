/** Dovecot's login processes and ours in front of the same scripted backends: the same bytes to them, the same log lines. */
import { ProxyError } from '@homing/login-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackendSide, startBackendSide } from './lib/backend-side.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { openLineClient } from './lib/line-client.ts';
import { freePorts } from './lib/ports.ts';
import { type BackendScript, startScriptedBackend } from './lib/scripted-backend.ts';
import { describeWithDovecot } from './lib/suite.ts';

type Protocol = 'imap' | 'pop3';

type Case = {
  readonly protocol: Protocol;
  /** Of the auth reply, besides proxy, host, port and pass. Separated by spaces. */
  readonly fields?: string;
  readonly script: BackendScript;
};

const FULL = '* OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS] ready';

const imap = (greeting: string | undefined, login: readonly string[] | 'hang up', fields = ''): Case => ({
  protocol: 'imap',
  fields,
  script: {
    greeting,
    answer(line) {
      if (line.startsWith('I ')) return ['* ID NIL', 'I OK done'];
      if (line.startsWith('C ')) return ['* CAPABILITY IMAP4rev1 XX', 'C OK done'];
      if (line.startsWith('S ')) return ['S NO not today'];
      return line.startsWith('L ') || login === 'hang up' ? login : [];
    },
  },
});

const OK = ['L OK [CAPABILITY X] in'];
const flaky: BackendScript = {
  greeting: FULL,
  answer: (line, n) => (line.startsWith('L ') ? [n === 1 ? 'L NO [UNAVAILABLE] later' : 'L OK in'] : []),
};
/** An ID, the command, two challenges. */
const challenging = (greeting: string, fields: string): Case => {
  const answers = [['I OK'], ['+ VXNlcm5hbWU6'], ['+ UGFzc3dvcmQ6'], ['L OK in']];
  const answer: BackendScript['answer'] = (_line, _connection, nth) => answers[nth - 1] ?? [];
  return { protocol: 'imap', fields, script: { greeting, answer } };
};
const once = (greeting: string, fields: string): Case => {
  const answer: BackendScript['answer'] = (line) =>
    line.startsWith('I ') ? ['I OK'] : line.startsWith('L ') ? ['+ '] : ['L OK in'];
  return { protocol: 'imap', fields, script: { greeting, answer } };
};

const pop3 = (greeting: string | undefined, replies: Readonly<Record<string, string>>, fields = ''): Case => ({
  protocol: 'pop3',
  fields,
  script: {
    greeting,
    answer: (line) => [replies[line.split(' ', 1)[0] ?? ''] ?? '+OK'],
  },
});

const CASES: Readonly<Record<string, Case>> = {
  plain: imap(FULL, OK),
  nocaps: imap('* OK hello', OK),
  noid: imap('* OK [CAPABILITY IMAP4rev1 SASL-IR] x', OK),
  nopipelining: imap(FULL, OK, 'proxy_nopipelining=y'),
  nopipelining2: imap('* OK hello', OK, 'proxy_nopipelining=y'),
  untrusted: imap(FULL, OK, 'proxy_not_trusted=y'),
  destuser: imap(FULL, OK, 'destuser=a"b\\c'),
  forward: imap(FULL, OK, 'forward_b=1 forward_a="x" forward_Key=\xe4'),
  literal: imap(FULL, OK, 'pass=p\xe4ss'),
  manyquotes: imap(FULL, OK, 'pass="""""'),
  fourquotes: imap(FULL, OK, 'pass=""""'),
  master: imap(FULL, OK, 'master=boss pass=secret'),
  external: imap(FULL, OK, 'proxy_mech=EXTERNAL'),
  xoauth2: imap(FULL, OK, 'proxy_mech=XOAUTH2 pass=token'),
  oauthbearer: imap(FULL, OK, 'proxy_mech=oauthbearer pass=token'),
  mechlogin: challenging(FULL, 'proxy_mech=LOGIN'),
  mechlogin2: challenging('* OK [CAPABILITY IMAP4rev1 ID] x', 'proxy_mech=LOGIN'),
  mechplain: once('* OK [CAPABILITY IMAP4rev1 ID] x', 'proxy_mech=PLAIN'),
  retry: { protocol: 'imap', script: flaky },
  unavailable: imap(FULL, ['L NO [UNAVAILABLE] later']),
  limit: imap(FULL, ['L NO [LIMIT] too many']),
  authfailed: imap(FULL, ['L NO [AUTHENTICATIONFAILED] words']),
  no: imap(FULL, ['L NO nope']),
  bad: imap(FULL, ['L BAD what']),
  untagged: imap(FULL, ['* NO [ALERT] x', '* BYE x', 'Z OK what', 'L OK in']),
  logindisabled: imap('* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] x', OK),
  nostarttls: imap('* OK [CAPABILITY IMAP4rev1] x', OK, 'starttls=any-cert'),
  bye: imap('* BYE go away', OK),
  preauth: imap('* PREAUTH hi', OK),
  othergreeting: imap('+OK pop', OK),
  longgreeting: imap(`* OK ${'x'.repeat(5000)}`, OK),
  hangup: imap('', OK),
  hanguplogin: imap(FULL, 'hang up'),
  silent: imap(undefined, OK, 'proxy_timeout=1'),
  silentlogin: imap(FULL, [], 'proxy_timeout=1500ms'),
  badhostip: imap(FULL, OK, 'hostip=zz'),
  badmech: imap(FULL, OK, 'proxy_mech=CRAM-MD5'),
  pop3: pop3('+OK [XCLIENT] hi', {}),
  pop3noxclient: pop3('+OK hi [XCLIENT]', {}),
  pop3untrusted: pop3('+OK [XCLIENT] hi', {}, 'proxy_not_trusted=y'),
  pop3forward: pop3('+OK [XCLIENT] hi', {}, 'forward_b=1 forward_a=x'),
  pop3master: pop3('+OK [XCLIENT] hi', {}, 'master=boss pass=secret'),
  pop3external: pop3('+OK hi', {}, 'proxy_mech=EXTERNAL'),
  pop3user: pop3('+OK hi', { USER: '-ERR [X] no such' }),
  pop3inuse: pop3('+OK hi', { PASS: '-ERR [IN-USE] locked' }),
  pop3temp: pop3('+OK hi', { PASS: '-ERR [SYS/TEMP] later' }),
  pop3words: pop3('+OK hi', { PASS: 'whatever' }),
  pop3xclient: pop3('+OK [XCLIENT] hi', { XCLIENT: '-ERR no' }),
  pop3stls: pop3('+OK hi', { STLS: '-ERR no' }, 'starttls=any-cert'),
  pop3err: pop3('-ERR [SYS/TEMP] too many', {}),
  pop3silent: pop3(undefined, {}, 'proxy_timeout=1'),
};

/** After a failed field check 2.3.19.1 has no more words. */
const CRASHES: ReadonlySet<string> = new Set(['badhostip', 'badmech']);

const config =
  (ports: Readonly<Record<Protocol, number>>) =>
  (dir: string): string =>
    `
protocols = imap pop3
auth_verbose = yes
service imap-login {
  # 2.3.19.1 crashes after a failed field check, and would take the other clients with it
  service_count = 1
  inet_listener imap {
    port = ${ports.imap}
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
`;

type Outcome = { readonly heard: readonly string[]; readonly lines: readonly string[] };

/** Session ids, ports and times differ; who sent them does not. */
const masked = (text: string, port: number): string =>
  text
    .replaceAll(String(port), 'PORT')
    .replace(/("x-session-id" "|SESSION=)[^" ]+/g, '$1ID')
    .replace(/("x-(?:originating|connected)-port" "|(?<!LOCAL)PORT=)\d+/g, '$1N')
    .replace(/TTL=\d PORT=/g, 'TTL')
    .replace(/local=127\.0\.0\.1:\d+/g, 'local=127.0.0.1:N')
    .replace(/\d+\.\d{3} secs/g, 'N.NNN secs')
    .replace(/(after |duration=)\d+/g, '$1N');

const outcome = (heard: readonly string[], lines: readonly string[], port: number): Outcome => ({
  heard: heard.map((bytes) => masked(bytes, port)),
  lines: lines.map((line) => masked(line, port)),
});

describeWithDovecot('a scripted backend', () => {
  const disposal = new AsyncDisposableStack();
  const ports = { imap: 0, pop3: 0 };
  const backends = new Map<string, Awaited<ReturnType<typeof startScriptedBackend>>>();
  let dovecot: Dovecot;
  let ours: BackendSide;

  beforeAll(async () => {
    const [imapPort = 0, pop3Port = 0] = await freePorts(2);
    Object.assign(ports, { imap: imapPort, pop3: pop3Port });
    let users = '';
    for (const [name, { script, fields }] of Object.entries(CASES)) {
      const backend = disposal.use(await startScriptedBackend(script));
      backends.set(name, backend);
      users += `${name}:{PLAIN}p::::::proxy=y host=127.0.0.1 port=${backend.port} ${fields ?? ''}\n`;
    }
    dovecot = disposal.use(await startDovecot({ config: config(ports), files: { users } }));
    ours = disposal.use(await startBackendSide());
  });
  afterAll(() => disposal.disposeAsync());

  const loginToDovecot = async (name: string, protocol: Protocol): Promise<void> => {
    using client = await openLineClient({ host: '127.0.0.1', port: ports[protocol] });
    await client.line();
    if (protocol === 'imap') {
      client.send(`a LOGIN ${name} p\r\n`);
      await client.linesUntil((line) => line.startsWith('a '));
    } else {
      client.send(`USER ${name}\r\nPASS p\r\n`);
      await client.line();
      await client.line();
    }
  };
  const throughDovecot = async (name: string, { protocol }: Case): Promise<Outcome> => {
    const backend = backends.get(name);
    if (backend === undefined) throw new Error(`no backend ${name}`);
    await loginToDovecot(name, protocol);
    const prefix = `proxy(${name}`;
    // The last that its process says of the client.
    const last = CRASHES.has(name) ? `proxy\\(${name}[,)]` : `(?:Disconnected|Aborted login)\\b.*: user=<${name}>`;
    await dovecot.logged(new RegExp(`${last}.*\n`));
    const lines = dovecot
      .log()
      .split('\n')
      .filter((line) => line.includes(prefix) && !line.includes('Disconnected by client'));
    const texts = lines.map((line) => line.slice(line.indexOf(prefix)).replace(/: user=<.*/, ''));
    return outcome(
      [...backend.heard],
      texts.filter((text) => text.startsWith(`${prefix},`) || text.startsWith(`${prefix})`)),
      backend.port,
    );
  };

  const throughOurs = async (name: string, { protocol, fields, script }: Case): Promise<Outcome> => {
    await using backend = await startScriptedBackend(script);
    const words = (fields ?? '').split(' ').filter((word) => word !== '');
    const pairs = words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const);
    const reply = {
      proxy: 'y',
      host: '127.0.0.1',
      port: String(backend.port),
      pass: 'p',
      ...Object.fromEntries(pairs),
    };
    const context = ours.context({ protocol, user: name });
    try {
      (await ours.login(reply, context)).stream.destroy();
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error;
    }
    const lines = ours.lines.filter((line) => line.startsWith(`proxy(${name},`) || line.startsWith(`proxy(${name})`));
    return outcome(backend.heard, lines, backend.port);
  };

  test.concurrent.each(Object.entries(CASES))('%s', async (name, one) => {
    const [theirs, mine] = await Promise.all([throughDovecot(name, one), throughOurs(name, one)]);
    expect(mine.heard).toEqual(theirs.heard);
    expect(mine.lines).toEqual(theirs.lines);
  });
});
