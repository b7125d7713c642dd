/** The same as first light through our own login proxies, TLS on both legs, with the clients people use. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateAll, directorMap, startRealDirector } from './lib/chosen-hosts.ts';
import { type HomingSite, INSECURE_HOST, startHomingSite } from './lib/homing-site.ts';
import { imapLogin, inParallel } from './lib/mail-login.ts';
import { run } from './lib/process.ts';
import { PASSWORD, userNames } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';

const USERS = userNames(1000);
const PARALLEL = 16;
const PYTHON_MS = 180_000;

describeWithDovecot('our login proxies', () => {
  const stack = new AsyncDisposableStack();
  let site: HomingSite;
  let chosen: Map<string, string>;

  beforeAll(async () => {
    site = stack.use(await startHomingSite({ users: USERS }));
    await using real = await startRealDirector();
    await authenticateAll(real.socket('login/director'), USERS, PASSWORD);
    chosen = new Map([...(await directorMap(real, USERS))].map(([user, { host }]) => [user, host]));
  });
  afterAll(() => stack.disposeAsync());

  const python = async (how: string, port: number, users: readonly string[]): Promise<string> => {
    const script = fileURLToPath(new URL('./lib/mail-clients.py', import.meta.url));
    const args = [script, how, site.host, String(port), site.ca, PASSWORD, String(PARALLEL)];
    const { stdout, stderr } = await run('python3', args, { input: users.join('\n') }, PYTHON_MS);
    return (stdout + stderr).trim();
  };
  const curl = async (url: string, user: string): Promise<string> => {
    const args = ['-sS', '--cacert', site.ca, '--ssl-reqd', '-u', `${user}:${PASSWORD}`, '--max-time', '30', url];
    const { code, stderr } = await run('curl', args);
    return code === 0 ? '' : `${user}: ${url}: ${stderr.trim()}`;
  };
  const twice = (): Record<string, string[]> =>
    Object.fromEntries(USERS.map((user) => [user, [chosen.get(user) ?? '', chosen.get(user) ?? '']]));

  test('1,000 users log in by IMAP twice each, with imaplib: TLS, then STARTTLS', async () => {
    expect(await python('imaps', site.ports.imaps, USERS)).toBe('1000 logged in');
    expect(await python('imap-starttls', site.ports.imap, USERS)).toBe('1000 logged in');
    expect(Object.fromEntries(await site.backends.landed('imap', 2 * USERS.length))).toEqual(twice());
  }, 400_000);

  test('1,000 users log in by POP3 twice each, with poplib: TLS, then STLS', async () => {
    expect(await python('pop3s', site.ports.pop3s, USERS)).toBe('1000 logged in');
    expect(await python('pop3-stls', site.ports.pop3, USERS)).toBe('1000 logged in');
    expect(Object.fromEntries(await site.backends.landed('pop3', 2 * USERS.length))).toEqual(twice());
  }, 400_000);

  test('curl reads the mailbox by all four ways', async () => {
    const { host, ports } = site;
    const urls = [
      `imaps://${host}:${ports.imaps}/INBOX`,
      `imap://${host}:${ports.imap}/INBOX`,
      `pop3s://${host}:${ports.pop3s}/`,
      `pop3://${host}:${ports.pop3}/`,
    ];
    const failures: string[] = [];
    await inParallel(USERS.slice(0, 40), 4, async (user) => {
      const index = USERS.indexOf(user) % urls.length;
      failures.push(await curl(urls[index] ?? '', user));
    });
    expect(failures.filter((failure) => failure !== '')).toEqual([]);
    expect(failures).toHaveLength(40);
  });

  test('the backend leg is TLS, and the backend learns the client’s own address', async () => {
    const [user = ''] = USERS;
    const host = chosen.get(user) ?? '';
    const login = new RegExp(`imap-login: Info: Login: user=<${user}>.*rip=${site.host}, lip=[0-9.]+, .*TLS`);
    await site.backends.servers.get(host)?.logged(login);
  });

  test('a wrong password is refused', async () => {
    const plain = { host: site.host, port: site.ports.imap };
    await expect(imapLogin(plain, 'user0000@example.com', 'wrong')).rejects.toThrow('[AUTHENTICATIONFAILED]');
  });

  test('a password in clear is refused where the connection is not secured', async () => {
    const insecure = { host: INSECURE_HOST, port: site.ports.imap };
    await expect(imapLogin(insecure, 'user0000@example.com', PASSWORD)).rejects.toThrow('[PRIVACYREQUIRED]');
  });
});
