/** Clients that come through a proxy of Dovecot 2.4, and what 2.4 backends make us tell them. */
import { expect, test } from 'vitest';
import { rehearse } from '../../../testing/rehearsal.ts';
import type { Effect } from './event.ts';

const infoOf = (effects: readonly Effect[]) => effects.find((effect) => effect.do === 'authenticate')?.info;

test('a hop of 2.4 says more, and asks for framing in vain', () => {
  const client = rehearse({ protocol: 'imap', trusted: true, settings: { imap_id_retain: true } });
  client.happen({ on: 'auth-ready' });
  const said = client.send(
    'i ID ("x-multiplex" "0" "x-connected-name" "mail.example.com" "x-client-transport" "TLS" "name" "m")\r\n',
  );
  expect(said).toMatch(/^\* ID \([^\r]*\)\r\ni OK ID completed\.\r\n$/);
  client.send('a LOGIN joe pw\r\n');
  expect(infoOf(client.effects())).toMatchObject({ localName: 'mail.example.com', clientId: '"name" "m"' });
  expect(client.state.hop).toEqual({ name: 'mail.example.com', transport: 'TLS', destination: false });
});

test.each([true, false])('a client says no such thing, trusted or not (%j), nor is it kept', (trusted) => {
  const client = rehearse({ protocol: 'imap', trusted, settings: { imap_id_retain: true } });
  client.happen({ on: 'auth-ready' });
  client.send('i ID ("X-Multiplex" "0" "x-connected-name" "a b" "X-Client-Transport" NIL)\r\na LOGIN joe pw\r\n');
  expect(infoOf(client.effects())).toMatchObject({ localName: undefined, clientId: undefined });
  expect(client.state.hop).toEqual({ name: undefined, transport: undefined, destination: false });
});

test('POP3: what a hop of 2.4 was connected to', () => {
  const client = rehearse({ protocol: 'pop3', trusted: true });
  client.happen({ on: 'auth-ready' });
  const words = 'ADDR=9.9.9.9 PORT=999 DESTADDR=10.0.0.9 DESTPORT=995 SESSION=S1 TTL=6 CLIENT-TRANSPORT=insecure';
  expect(client.send(`XCLIENT ${words} DESTNAME=pop.example.com\r\n`)).toBe('+OK Updated\r\n');
  client.send('USER joe\r\nPASS pw\r\n');
  const expected = { rip: '9.9.9.9', rport: 999, lip: '10.0.0.9', lport: 995, localName: 'pop.example.com' };
  expect(infoOf(client.effects())).toMatchObject({ ...expected, session: 'S1', realLip: '127.0.0.1' });
  expect(client.state).toMatchObject({
    ttl: 6,
    hop: { name: 'pop.example.com', transport: 'insecure', destination: true },
  });
});

test.each(['DESTADDR=x', 'DESTPORT=0', 'DESTNAME=a..b', 'DESTNAME=a"b', 'DESTNAME='])('POP3: %s', (word) => {
  const client = rehearse({ protocol: 'pop3', trusted: true });
  client.happen({ on: 'auth-ready' });
  expect(client.send(`XCLIENT ${word}\r\n`)).toBe('-ERR Invalid parameters\r\n');
  expect(client.state.hop).toEqual({ name: undefined, transport: undefined, destination: false });
});

test('a hop of 2.4 is told in its own words where to go', () => {
  const client = rehearse({ protocol: 'pop3', trusted: true });
  client.happen({ on: 'auth-ready' });
  client.send('XCLIENT CLIENT-TRANSPORT=TLS\r\nUSER joe\r\nPASS pw\r\n');
  const params = ['user=joe@x', 'nologin', 'host=10.1.1.1', 'port=1110', 'reason=Moved'];
  expect(client.happen({ on: 'auth-ok', params })).toBe('-ERR [REFERRAL/joe%40x@10.1.1.1:1110] Referral\r\n');
});

test.each([
  ['imap', 'a NO [REFERRAL imap://joe;AUTH=PLAIN@10.1.1.1:99/] Try this server instead.'],
  ['pop3', '-ERR [REFERRAL/joe@10.1.1.1:99] Referral'],
] as const)('the %s client has to go where its backend sends it', (protocol, reply) => {
  const client = rehearse({ protocol });
  client.happen({ on: 'auth-ready' });
  client.send(protocol === 'imap' ? 'a LOGIN joe pw\r\n' : 'USER joe\r\nPASS pw\r\n');
  client.happen({ on: 'auth-ok', params: ['user=joe', 'proxy', 'host=h', 'pass=p'] });
  const referral = { host: '10.1.1.1', port: 99, user: 'joe' };
  const event = { on: 'proxy-failed', code: 'auth', reply: undefined, referral } as const;
  expect(client.happen(event)).toBe(`${reply}\r\n`);
  expect(client.state.phase.at).toBe('command');
});
