/** The five mail protocols and doveadm: listeners in both configuration languages, a login of each, what backends log. */
import { type LineClient, openLineClient } from './line-client.ts';
import { type Endpoint, imapLogin, pop3Login } from './mail-login.ts';

export const PROTOCOLS = ['imap', 'pop3', 'submission', 'sieve', 'lmtp'] as const;
export type MailProtocol = (typeof PROTOCOLS)[number];
export type MailPorts = Readonly<Record<MailProtocol | 'doveadm', number>>;

export const mailPorts = (free: readonly number[]): MailPorts => {
  const [imap = 0, pop3 = 0, submission = 0, sieve = 0, lmtp = 0, doveadm = 0] = free;
  return { imap, pop3, submission, sieve, lmtp, doveadm };
};

/** `more`: settings of each login service, in the language of its series. */
export const mailListeners = (ports: MailPorts, more: string): string =>
  (
    [
      ['imap-login', 'imap', more],
      ['pop3-login', 'pop3', more],
      ['submission-login', 'submission', more],
      ['managesieve-login', 'sieve', more],
      ['lmtp', 'lmtp', ''],
      ['doveadm', 'doveadm', ''],
    ] as const
  )
    .map(
      ([service, protocol, settings]) => `service ${service} {
  inet_listener ${protocol} {
    port = ${ports[protocol]}
  }
${settings}}
`,
    )
    .join('');

/** `alice` and `pw` as SASL PLAIN has them. */
export const plainResponse = (user: string, password: string): string =>
  Buffer.from(`\0${user}\0${password}`).toString('base64');

/** The line that a server has for a user, after all that comes before. */
export type Answer = (client: LineClient, user: string, password: string, deadlineMs?: number) => Promise<string>;

export const submissionAnswer: Answer = async (client, user, password, deadlineMs) => {
  await client.line();
  client.send('EHLO client.example.com\r\n');
  await client.linesUntil((line) => line.startsWith('250 '));
  client.send(`AUTH PLAIN ${plainResponse(user, password)}\r\n`);
  return client.line(deadlineMs);
};

export const sieveAnswer: Answer = async (client, user, password, deadlineMs) => {
  await client.linesUntil((line) => line.startsWith('OK'));
  client.send(`AUTHENTICATE "PLAIN" "${plainResponse(user, password)}"\r\n`);
  return client.line(deadlineMs);
};

type Login = (server: Endpoint, user: string, password: string) => Promise<void>;

const submissionLogin: Login = async (server, user, password) => {
  using client = await openLineClient(server);
  const reply = await submissionAnswer(client, user, password);
  if (!reply.startsWith('235 ')) throw new Error(`${user}: ${reply}`);
};

const sieveLogin: Login = async (server, user, password) => {
  using client = await openLineClient(server);
  const reply = await sieveAnswer(client, user, password);
  if (!reply.startsWith('OK')) throw new Error(`${user}: ${reply}`);
};

/** No login: one mail is delivered. */
const lmtpDelivery: Login = async (server, user) => {
  using client = await openLineClient(server);
  await client.line();
  client.send('LHLO client.example.com\r\n');
  await client.linesUntil((line) => line.startsWith('250 '));
  for (const [command, code] of [
    ['MAIL FROM:<sender@example.com>', '250'],
    [`RCPT TO:<${user}>`, '250'],
    ['DATA', '354'],
    ['Subject: hello\r\n\r\nhello\r\n.', '250'],
  ]) {
    client.send(`${command}\r\n`);
    const reply = await client.line();
    if (!reply.startsWith(`${code} `)) throw new Error(`${user}: ${command}: ${reply}`);
  }
};

/** Rejects with the server's words if it refuses. */
export const mailLogin: Readonly<Record<MailProtocol, Login>> = {
  imap: imapLogin,
  pop3: pop3Login,
  submission: submissionLogin,
  sieve: sieveLogin,
  lmtp: lmtpDelivery,
};

const LOGIN_SERVICES = { imap: 'imap', pop3: 'pop3', submission: 'submission', sieve: 'managesieve' } as const;

/** The lines of a backend of either series that tell of logins, or of deliveries; the first group is the user. */
export const arrivalLine = (protocol: MailProtocol): RegExp =>
  protocol === 'lmtp'
    ? /^lmtp\(([^)]+)\).*saved mail to INBOX/gm
    : new RegExp(`^${LOGIN_SERVICES[protocol]}-login: Info: (?:Login|Logged in): user=<([^>]+)>`, 'gm');
