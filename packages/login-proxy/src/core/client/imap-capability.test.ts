import { expect, test } from 'vitest';
import { rehearse } from '../../../testing/rehearsal.ts';
import type { LoginSettings } from './settings.ts';

const BANNER = 'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE';
const AUTH = 'AUTH=PLAIN AUTH=LOGIN';

test.each<[Partial<LoginSettings>, boolean, string]>([
  [{}, true, `${BANNER} LITERAL+ STARTTLS ${AUTH}`],
  [{}, false, `${BANNER} LITERAL+ STARTTLS LOGINDISABLED`],
  [{ disable_plaintext_auth: false }, false, `${BANNER} LITERAL+ STARTTLS ${AUTH}`],
  [{ ssl: 'no', imap_literal_minus: true }, true, `${BANNER} LITERAL- ${AUTH}`],
  [{ imap_capability: '+X Y' }, true, `${BANNER} X Y LITERAL+ STARTTLS ${AUTH}`],
  [{ imap_capability: 'X Y' }, true, `X Y STARTTLS ${AUTH}`],
])('%j, secured: %s', (settings, secured, expected) => {
  const client = rehearse({ protocol: 'imap', settings, secured });
  client.happen({ on: 'auth-ready' });
  expect(client.send('a CAPABILITY\r\n')).toContain(`* CAPABILITY ${expected}\r\n`);
});

test('without PLAIN there is no LOGIN', () => {
  const client = rehearse({ protocol: 'imap', mechanisms: [{ name: 'GSSAPI', flags: [] }] });
  expect(client.happen({ on: 'auth-ready' })).toContain(' STARTTLS LOGINDISABLED AUTH=GSSAPI]');
});

test.each([
  ['name *', '("name" "Dovecot")'],
  ['', 'NIL'],
  ['name "My \\"IMAP\\"" vendor X', '("name" "My \\"IMAP\\"" "vendor" "X")'],
  ['name', '("name" NIL)'],
])('imap_id_send = %s', (setting, expected) => {
  const client = rehearse({ protocol: 'imap', settings: { imap_id_send: setting } });
  client.happen({ on: 'auth-ready' });
  expect(client.send('a ID NIL\r\n')).toBe(`* ID ${expected}\r\na OK ID completed.\r\n`);
});
