import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { type Stage, type StageClient, sessionOn, setStage } from '../../testing/login-stage.ts';

const GREETED = ' ready.\r\n';

const greeted = async (stage: Stage): Promise<StageClient> => {
  const client = await stage.client();
  await client.until(GREETED);
  return client;
};

/** Up to the AUTH that the client's LOGIN causes. */
const loggingIn = async (stage: Stage, more = ''): Promise<StageClient> => {
  const client = await greeted(stage);
  const count = stage.asked.length;
  client.send(`a LOGIN joe pw\r\n${more}`);
  while (stage.asked.length === count) await new Promise(setImmediate);
  return client;
};

const texts = (stage: Stage): string[] => stage.log.entries.map(({ text }) => text);

test('what follows LOGIN in the same packet goes to the backend', async () => {
  await using stage = await setStage();
  const client = await loggingIn(stage, 'b NOOP\r\n');
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  expect(await client.until('\nb NOOP\r\n')).toBe('a OK Logged in\r\nb NOOP\r\n');
  expect(stage.worker).toMatchObject({ clients: 0, relayed: 1 });
  expect(stage.proxied[0]?.context).toMatchObject({ user: 'joe', mechanism: 'PLAIN', secured: true, tls: false });
  client.socket.destroy();
});

test('many commands of one read get their replies in one write', async () => {
  await using stage = await setStage();
  const client = await greeted(stage);
  let packets = 0;
  client.socket.on('data', () => {
    packets += 1;
  });
  client.send('a NOOP\r\nb NOOP\r\nc ID NIL\r\nd NOOP\r\n');
  await client.until('d OK NOOP completed.\r\n');
  expect(packets).toBe(1);
});

test('a client that leaves while auth thinks takes its request along', async () => {
  await using stage = await setStage();
  const client = await loggingIn(stage);
  client.socket.destroy();
  while (stage.worker.clients > 0) await new Promise(setImmediate);
  expect(stage.asked).toEqual([expect.stringMatching(/^AUTH\t1\tPLAIN\tservice=imap\tsecured\tsession=/), 'CANCEL\t1']);
  expect(texts(stage).at(-1)).toContain(
    'Disconnected: Connection closed (disconnected while authenticating, waited 0 secs)',
  );
});

test('a client that leaves while a backend is tried ends that too', async () => {
  const [stream] = duplexPair();
  await using stage = await setStage({
    proxyLogin: async (_, __, signal) => {
      await once(signal, 'abort');
      return sessionOn(stream);
    },
  });
  const client = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  while (stage.proxied.length === 0) await new Promise(setImmediate);
  client.socket.destroy();
  await once(stream, 'close');
  expect(stage.worker).toMatchObject({ clients: 0, relayed: 0 });
  expect(texts(stage).at(-1)).toContain('(disconnected while finishing login, waited 0 secs): user=<joe>');
});

test('at the limit the oldest client that has not logged in goes', async () => {
  await using stage = await setStage({ clientLimit: 2 });
  const relayed = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  await relayed.until('Logged in\r\n');
  const old = await greeted(stage);
  const young = await greeted(stage);
  expect(await old.closed()).toBe('* BYE Connection queue full\r\n');
  young.send('a NOOP\r\n');
  await young.until('a OK NOOP completed.\r\n');
  relayed.send('still here');
  await relayed.until('still here');
  relayed.socket.destroy();
});

test('at the limit with sessions alone a new client is turned away', async () => {
  await using stage = await setStage({ clientLimit: 1 });
  const relayed = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  await relayed.until('Logged in\r\n');
  const late = await stage.client();
  expect(await late.closed()).toBe('');
  expect(texts(stage).at(-1)).toBe(
    'service(imap-login): client_limit (1) reached, client connections are being dropped',
  );
  relayed.socket.destroy();
});

test('shutting down, clients may finish while there is an auth server, and not without', async () => {
  await using stage = await setStage();
  const client = await greeted(stage);
  let isDown = false;
  const down = stage.worker.shutdown().then(() => {
    isDown = true;
  });
  client.send('a NOOP\r\n');
  await client.until('a OK NOOP completed.\r\n');
  const late = await stage.client();
  expect(await late.closed()).toBe('');
  expect(isDown).toBe(false);
  stage.dropAuth();
  expect(await client.closed()).toBe('* BYE Shutting down\r\n');
  await down;
});

test('disposing tells everybody', async () => {
  const stage = await setStage({ protocol: 'pop3' });
  const client = await greeted(stage);
  await stage[Symbol.asyncDispose]();
  expect(await client.closed()).toBe('-ERR Shutting down\r\n');
});

test('nobody is greeted before the auth server is ready', async () => {
  await using stage = await setStage({ isAuthSilent: true });
  const client = await stage.client();
  client.send('a NOOP\r\n');
  await client.until('* OK Waiting for authentication process to respond..\r\n');
  stage.answer('VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t7\nCUID\t8\nCOOKIE\tabc\nDONE');
  expect(await client.until('a OK NOOP completed.\r\n')).toMatch(/^\* OK \[CAPABILITY .*\] .* ready\.\r\na OK/);
});

test('an auth server that never gets ready ends the clients', async () => {
  await using stage = await setStage({ isAuthSilent: true });
  const client = await stage.client();
  while (stage.worker.clients === 0) await new Promise(setImmediate);
  stage.answer('VERSION\t9\t0');
  expect(await client.closed()).toBe('* BYE Auth process broken\r\n');
});

test('a client that does not read loses its connection, not our memory', async () => {
  await using stage = await setStage();
  const client = await greeted(stage);
  client.socket.pause();
  const many = 'a CAPABILITY\r\n'.repeat(1000);
  while (stage.worker.clients > 0) {
    client.send(many);
    await new Promise(setImmediate);
  }
  expect(texts(stage).at(-1)).toContain('Disconnected: Connection closed');
  client.socket.destroy();
});

test('a kick during the login closes without a word', async () => {
  await using stage = await setStage({ proxyLogin: () => new Promise(() => undefined) });
  const client = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  while (stage.proxied.length === 0) await new Promise(setImmediate);
  stage.proxied[0]?.context.disconnect('Disconnected by proxy: Kicked by admin');
  expect(await client.closed()).toBe('');
});

test('STARTTLS without a certificate is an internal error', async () => {
  await using stage = await setStage();
  const client = await greeted(stage);
  client.send('a STARTTLS\r\n');
  expect(await client.closed()).toBe(
    'a OK Begin TLS negotiation now.\r\n* BYE [UNAVAILABLE] TLS initialization failed.\r\n',
  );
  expect(texts(stage)[0]).toContain('Failed to initialize SSL server context: ssl_cert is empty: user=<>');
});

test('a check of clients that we cannot make lets nobody in', async () => {
  await using stage = await setStage({ settings: { login_access_sockets: 'tcpwrap', login_plugins: 'x' } });
  const client = await stage.client();
  expect(await client.closed()).toBe('');
  expect(texts(stage)).toEqual([
    "login_plugins=x are for Dovecot's login processes, they are not loaded",
    'access(tcpwrap): Client refused (rip=127.0.0.1): login_access_sockets is not supported',
  ]);
});

const REDIRECTION = { next: '10.0.0.2:143', attempts: ['10.0.0.1:143'], destuser: 'd\te', timeoutMs: 30_000 };

test('the auth server is asked where a redirected user has to go', async () => {
  const answer = Promise.withResolvers<unknown>();
  await using stage = await setStage({
    async proxyLogin(_, context, signal) {
      answer.resolve(await context.reauthenticate(REDIRECTION, signal));
      const [stream, far] = duplexPair();
      far.pipe(far);
      return sessionOn(stream);
    },
  });
  const client = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw\tproxy_redirect_reauth');
  while (stage.asked.length < 2) await new Promise(setImmediate);
  expect(stage.asked[1]).toMatch(
    /^AUTH\t2\tEXTERNAL\tservice=imap\tsecured\tsession=.*\tlip=127\.0\.0\.1\trip=.*\tlport=\d+\trport=\d+\tproxy_redirect_host_next=10\.0\.0\.2:143\tproxy_redirect_host_attempts=10\.0\.0\.1:143\tdestuser=d\x01te\tproxy_timeout=30000$/,
  );
  stage.answer('OK\t2\tuser=joe\tproxy\thost=10.0.0.2');
  expect(await answer.promise).toEqual({
    to: 'proxy',
    fields: new Map(Object.entries({ user: 'joe', proxy: '', host: '10.0.0.2' })),
  });
  await client.until('a OK');
  client.socket.destroy();
});

test('a challenge is no answer to that, nor is a client that leaves', async () => {
  const answers: unknown[] = [];
  await using stage = await setStage({
    async proxyLogin(_, context, signal) {
      answers.push(await context.reauthenticate(REDIRECTION, signal));
      answers.push(await context.reauthenticate(REDIRECTION, signal));
      answers.push(await context.reauthenticate(REDIRECTION, signal));
      return new Promise(() => undefined);
    },
  });
  const client = await loggingIn(stage);
  stage.answer('OK\t1\tuser=joe\tproxy\thost=10.0.0.1\tpass=pw');
  while (stage.asked.length < 2) await new Promise(setImmediate);
  stage.answer('CONT\t2\t');
  while (stage.asked.length < 4) await new Promise(setImmediate);
  client.socket.destroy();
  while (answers.length < 3) await new Promise(setImmediate);
  expect(stage.asked.map((line) => line.split('\t', 2).join(' '))).toEqual([
    'AUTH 1',
    'AUTH 2',
    'CANCEL 2',
    'AUTH 3',
    'CANCEL 3',
  ]);
  const lost = { to: 'failed', text: 'Internal authentication failure' };
  expect(answers).toEqual([{ to: 'failed', text: 'Unexpected SASL continuation request received' }, lost, lost]);
});
