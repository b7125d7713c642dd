import { describe, expect, test } from 'vitest';
import { rehearse, START } from '../../../testing/rehearsal.ts';
import type { Effect } from './event.ts';

const lines = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.do === 'log' ? [`${effect.level}: ${effect.text}`] : []));

/** A client whose AUTH is open. */
const authenticating = (protocol: 'imap' | 'pop3', scene = {}) => {
  const client = rehearse({ protocol, ...scene });
  client.happen({ on: 'auth-ready' });
  client.send(protocol === 'imap' ? 'a LOGIN joe pw\r\n' : 'USER joe\r\nPASS pw\r\n');
  return client;
};

const IDLE = 'Disconnected for inactivity.';
const DURING = 'Disconnected for inactivity during authentication.';

describe('the login timer', () => {
  test.each([
    ['imap', 'idle', `* BYE ${IDLE}\r\n`],
    ['pop3', 'idle', `-ERR ${IDLE}\r\n`],
    ['imap', 'auth', `* BYE ${DURING}\r\n`],
    ['pop3', 'auth', `-ERR ${DURING}\r\n`],
    ['imap', 'proxy', '* BYE Timeout while finishing login.\r\n'],
    ['pop3', 'proxy', '-ERR Timeout while finishing login.\r\n'],
  ] as const)('%s, %s', (protocol, when, reply) => {
    const client = authenticating(protocol);
    if (when === 'idle') client.happen({ on: 'auth-fail', params: [] });
    if (when === 'proxy') client.happen({ on: 'auth-ok', params: ['user=joe', 'proxy', 'host=h', 'pass=p'] });
    client.effects();
    client.now = START + 180_000;
    expect(client.happen({ on: 'timeout', timer: 'login' })).toBe(reply);
    const effects = client.effects();
    expect(effects.at(-1)).toEqual({ do: 'close' });
    expect(effects.some((effect) => effect.do === 'cancel')).toBe(when === 'auth');
    expect(effects.some((effect) => effect.do === 'abandon')).toBe(when === 'proxy');
    expect(client.happen({ on: 'timeout', timer: 'login' })).toBe('');
  });
});

describe('what the auth server says', () => {
  test.each([
    [['user=joe'], 'NO [AUTHENTICATIONFAILED] Authentication failed.', '[AUTH] Authentication failed.'],
    [['code=user_disabled'], 'NO [AUTHENTICATIONFAILED] Authentication failed.', '[AUTH] Authentication failed.'],
    [['reason=Go away'], 'NO [ALERT] Go away', '[AUTH] Go away'],
    [['reason=[X] Go'], 'NO [X] Go', '[X] Go'],
    [['code=authz_fail'], 'NO [AUTHORIZATIONFAILED] Authorization failed', '[AUTH] Authorization failed'],
    [['code=pass_expired', 'reason=Password expired'], 'NO [EXPIRED] Password expired', '[AUTH] Password expired'],
    [['code=invalid_base64', 'reason=Bad'], 'BAD Bad', '[AUTH] Bad'],
    [['code=anonymous_denied', 'reason=No'], 'NO [CONTACTADMIN] No', 'No'],
    [['proxy', 'host=10.0.0.1'], 'NO [AUTHENTICATIONFAILED] Authentication failed.', '[AUTH] Authentication failed.'],
  ])('FAIL %j', (params, imap, pop3) => {
    expect(authenticating('imap').happen({ on: 'auth-fail', params })).toBe(`a ${imap}\r\n`);
    expect(authenticating('pop3').happen({ on: 'auth-fail', params })).toBe(`-ERR ${pop3}\r\n`);
  });

  test.each([
    [['user=joe', 'nologin'], 'NO [CONTACTADMIN] Login disabled for this user', '[AUTH] Login disabled for this user'],
    [['user=joe', 'nologin', 'reason=x'], 'NO [CONTACTADMIN] x', '[AUTH] x'],
    [
      ['user=jo e', 'nologin', 'host=h', 'port=1'],
      'NO [REFERRAL imap://jo%20e;AUTH=PLAIN@h:1/] Try this server instead.',
      'Try this server instead.',
    ],
    [['user=joe'], 'NO [SERVERBUG] Account is temporarily unavailable.', 'Account is temporarily unavailable.'],
  ])('OK %j', (params, imap, pop3) => {
    expect(authenticating('imap').happen({ on: 'auth-ok', params })).toBe(`a ${imap}\r\n`);
    expect(authenticating('pop3').happen({ on: 'auth-ok', params })).toBe(`-ERR ${pop3}\r\n`);
  });

  test('a temporary failure carries host and local time', () => {
    const reply = authenticating('imap').happen({ on: 'auth-fail', params: ['code=temp_fail', 'reason=secret'] });
    expect(reply).toMatch(
      /^a NO \[UNAVAILABLE\] Temporary authentication failure\. \[px:\d{4}-\d\d-\d\d [\d:]{8}\]\r\n$/,
    );
  });

  test('a lost auth server is a temporary failure, and the client may try again', () => {
    const client = authenticating('imap');
    expect(client.happen({ on: 'auth-lost' })).toMatch(/^a NO \[UNAVAILABLE\] /);
    expect(client.send('b NOOP\r\n')).toBe('b OK NOOP completed.\r\n');
    client.effects();
    client.happen({ on: 'gone', reason: 'Connection closed' });
    expect(lines(client.effects()).join('')).toContain(
      'Connection closed (auth process communication failure): user=<>',
    );
  });

  test('an OK without a destination is our error line', () => {
    const client = authenticating('imap');
    client.effects();
    client.happen({ on: 'auth-ok', params: ['user=joe'] });
    expect(lines(client.effects())).toEqual([
      expect.stringContaining('error: proxy(joe): auth reply has no proxy destination: user=<joe>, method=PLAIN,'),
    ]);
  });
});

describe('backend failures', () => {
  test.each([
    [
      'connect',
      undefined,
      'NO [UNAVAILABLE] Account is temporarily unavailable.',
      '[SYS/TEMP] Account is temporarily unavailable.',
    ],
    [
      'remote-config',
      undefined,
      'NO [SERVERBUG] Account is temporarily unavailable.',
      'Account is temporarily unavailable.',
    ],
    ['auth', undefined, 'NO [AUTHENTICATIONFAILED] Authentication failed.', 'Authentication failed.'],
    ['auth', '[LIMIT] too many', 'NO [LIMIT] too many', '[LIMIT] too many'],
    ['auth-tempfail', '[UNAVAILABLE] later', 'NO [UNAVAILABLE] later', '[UNAVAILABLE] later'],
  ] as const)('%s %s', (code, reply, imap, pop3) => {
    for (const [protocol, expected] of [
      ['imap', `a ${imap}`],
      ['pop3', `-ERR ${pop3}`],
    ] as const) {
      const client = authenticating(protocol);
      client.happen({ on: 'auth-ok', params: ['user=joe', 'proxy', 'host=h', 'pass=p'] });
      expect(client.happen({ on: 'proxy-failed', code, reply })).toBe(`${expected}\r\n`);
      expect(client.state.phase.at).toBe('command');
    }
  });
});

describe('without an auth server', () => {
  test('nobody is greeted, then everybody is', () => {
    const client = rehearse({ protocol: 'imap' });
    client.isAuthUp = false;
    client.now = START + 10_000;
    expect(client.happen({ on: 'timeout', timer: 'waiting' })).toBe(
      '* OK Waiting for authentication process to respond..\r\n',
    );
    expect(lines(client.effects())[0]).toMatch(/^warning: Auth process not responding, delayed sending initial/);
    client.isAuthUp = true;
    expect(client.happen({ on: 'auth-ready' })).toMatch(/^\* OK \[CAPABILITY /);
  });

  test('a command waits until it is back', () => {
    const client = rehearse({ protocol: 'imap' });
    client.happen({ on: 'auth-ready' });
    client.isAuthUp = false;
    expect(client.send('a NOOP\r\n')).toBe('* OK Waiting for authentication process to respond..\r\n');
    expect(client.send('b NOOP\r\n')).toBe('');
    client.isAuthUp = true;
    expect(client.happen({ on: 'auth-ready' })).toBe('a OK NOOP completed.\r\nb OK NOOP completed.\r\n');
  });

  test('POP3 waits silently', () => {
    const client = rehearse({ protocol: 'pop3' });
    client.happen({ on: 'auth-ready' });
    client.isAuthUp = false;
    expect(client.send('CAPA\r\n')).toBe('');
    client.isAuthUp = true;
    expect(client.happen({ on: 'auth-ready' })).toMatch(/^\+OK\r\nCAPA\r\n/);
  });
});

test('30 s after AUTH the client is told to wait, IMAP only', () => {
  const client = authenticating('imap');
  expect(client.effects()).toContainEqual({ do: 'arm-waiting', ms: 30_000 });
  expect(client.happen({ on: 'timeout', timer: 'waiting' })).toBe(
    '* OK Waiting for authentication process to respond..\r\n',
  );
  expect(authenticating('pop3').happen({ on: 'timeout', timer: 'waiting' })).toBe('');
});

describe('ssl=required', () => {
  const scene = {
    secured: false,
    settings: { ssl: 'required', disable_plaintext_auth: false },
    mechanisms: [
      { name: 'PLAIN', flags: ['plaintext'] },
      { name: 'CRAM-MD5', flags: [] },
      { name: 'X-TOKEN', flags: ['private'] },
    ],
  } as const;

  test('IMAP offers and takes no mechanism', () => {
    const client = rehearse({ protocol: 'imap', ...scene });
    expect(client.happen({ on: 'auth-ready' })).toContain('STARTTLS LOGINDISABLED]');
    expect(client.send('a AUTHENTICATE CRAM-MD5\r\n')).toBe(
      'a NO [PRIVACYREQUIRED] Authentication not allowed until SSL/TLS is enabled.\r\n',
    );
    expect(client.send('b LOGIN x y\r\n')).toMatch(/^\* BAD \[ALERT\] .*\r\nb NO \[PRIVACYREQUIRED\] Plaintext/);
  });

  test('after STARTTLS it does; private mechanisms stay hidden', () => {
    const client = rehearse({ protocol: 'imap', ...scene });
    client.happen({ on: 'auth-ready' });
    expect(client.send('a STARTTLS\r\nb NOOP\r\n')).toBe('a OK Begin TLS negotiation now.\r\n');
    const facts = { security: 'TLSv1.3', certificate: 'none', username: undefined } as const;
    client.happen({ on: 'tls-up', facts, localName: 'mail.example.com' });
    expect(client.send('c CAPABILITY\r\n')).toMatch(/ LITERAL\+ AUTH=PLAIN AUTH=CRAM-MD5\r\n/);
    expect(client.send('d AUTHENTICATE X-TOKEN\r\n')).toBe('d NO [ALERT] Unsupported authentication mechanism.\r\n');
    expect(client.state.sentCapability).toBe(false);
  });
});

describe('what AUTH says', () => {
  const infoOf = (effects: readonly Effect[]) => effects.find((effect) => effect.do === 'authenticate')?.info;

  test('a trusted hop speaks for its client', () => {
    const client = rehearse({ protocol: 'imap', trusted: true });
    client.happen({ on: 'auth-ready' });
    client.send(
      'i ID ("X-Originating-IP" "9.9.9.9" "x-originating-port" "999" "x-session-id" "S1" "x-forward-a" "b\tc" "x-forward-" "x")\r\n',
    );
    client.send('j ID ("x-originating-ip" "1.1.1.1")\r\na LOGIN joe pw\r\n');
    expect(infoOf(client.effects())).toMatchObject({
      service: 'imap',
      session: 'S1',
      rip: '9.9.9.9',
      rport: 999,
      realRip: '127.0.0.2',
      secured: 'secured',
      forwardFields: ['a=b\tc'],
    });
  });

  test('imap_id_retain keeps what is the client’s own', () => {
    const client = rehearse({ protocol: 'imap', settings: { imap_id_retain: true, imap_id_log: 'name' } });
    client.happen({ on: 'auth-ready' });
    client.send('i ID ("name" "a\\"b" "os" NIL "x-proxy-ttl" "1")\r\na LOGIN joe pw\r\n');
    const effects = client.effects();
    expect(infoOf(effects)?.clientId).toBe('"name" "a\\"b" "os" NIL');
    expect(lines(effects)[0]).toContain('ID sent: name=a"b: user=<>');
  });

  test('bytes that could end a field never reach the auth server', () => {
    const client = rehearse({ protocol: 'pop3' });
    client.happen({ on: 'auth-ready' });
    client.send('AUTH PLAIN AA\tresp=\r\n');
    expect(infoOf(client.effects())).toBeUndefined();
  });
});

describe('the end', () => {
  test('a kick is seen as the end alone', () => {
    const client = authenticating('imap');
    client.happen({ on: 'auth-ok', params: ['user=joe', 'proxy', 'host=h', 'pass=p'] });
    client.effects();
    expect(client.happen({ on: 'kick', reason: 'Disconnected by proxy: Kicked by admin' })).toBe('');
    const effects = client.effects();
    expect(lines(effects)[0]).toMatch(/^info: Disconnected by proxy: Kicked by admin: user=<joe>/);
    expect(effects.map((effect) => effect.do)).toEqual(['log', 'abandon', 'disarm-waiting', 'close']);
  });

  test.each([
    ['shutdown', 'Shutting down', '* BYE Shutting down\r\n'],
    ['resources', 'Connection queue full', '* BYE Connection queue full\r\n'],
    ['internal', 'TLS initialization failed.', '* BYE [UNAVAILABLE] TLS initialization failed.\r\n'],
  ] as const)('%s', (kind, reason, reply) => {
    const client = rehearse({ protocol: 'imap' });
    client.happen({ on: 'auth-ready' });
    client.now = START + 1500;
    expect(client.happen({ on: 'stop', kind, reason })).toBe(reply);
    expect(lines(client.effects())[0]).toContain(`Disconnected: ${reason} (no auth attempts in 1 secs): user=<>`);
  });

  test('a failed handshake is told where the operator looks for it', () => {
    const client = rehearse({ protocol: 'imap' });
    client.happen({ on: 'auth-ready' });
    client.send('a STARTTLS\r\n');
    client.happen({ on: 'tls-failed', error: 'SSL_accept() failed: no shared cipher' });
    expect(lines(client.effects())[0]).toMatch(
      /Connection closed: SSL_accept\(\) failed: no shared cipher \(no auth.*, TLS handshaking: SSL_accept\(\) failed: no shared cipher, session=</,
    );
  });
});

describe('APOP', () => {
  const scene = { protocol: 'pop3', mechanisms: [{ name: 'APOP', flags: ['private'] }] } as const;

  test('the greeting carries the challenge that the response is sent with', () => {
    const client = rehearse(scene);
    const greeting = client.happen({ on: 'auth-ready' });
    const challenge = `<a.b.${Math.floor(START / 1000).toString(16)}.cnJycnJycnJycnJycnJycg==@px>`;
    expect(greeting).toBe(`+OK Dovecot (Debian) ready. ${challenge}\r\n`);
    client.send(`APOP joe ${'61'.repeat(16)}\r\n`);
    const begun = client.effects().find((effect) => effect.do === 'authenticate');
    expect(Buffer.from(begun?.resp ?? '', 'base64').toString()).toBe(`${challenge}\0joe\0${'a'.repeat(16)}`);
  });

  test('is no SASL mechanism, and wants a digest', () => {
    const client = rehearse(scene);
    client.happen({ on: 'auth-ready' });
    expect(client.send('AUTH APOP\r\n')).toBe('-ERR [AUTH] Unsupported authentication mechanism.\r\n');
    expect(client.send('APOP joe\r\n')).toBe('-ERR Invalid parameters.\r\n');
    expect(client.send(`APOP joe ${'zz'.repeat(16)}\r\n`)).toBe('-ERR Invalid characters in MD5 response.\r\n');
  });
});
