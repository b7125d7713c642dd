import { expect, test } from 'vitest';
import { createDialogue, type ProbeProtocol, parseProbe } from './probe-dialogue.ts';

test.each([
  ['imap', { protocol: 'imap', port: 143 }],
  ['pop3:1110', { protocol: 'pop3', port: 1110 }],
  ['tcp:993', { protocol: 'tcp', port: 993 }],
  ['tcp', undefined],
  ['imap:0', undefined],
  ['imap:70000', undefined],
  ['http', undefined],
  ['constructor:1', undefined],
])('%s', (word, probe) => {
  expect(parseProbe(word)).toEqual(probe);
});

const login = { user: 'probe', password: 'a"b\\c' };

/** What it says to the server's lines, and how it ends. */
const talk = (protocol: ProbeProtocol, lines: readonly string[], withLogin = false) => {
  const dialogue = createDialogue(protocol, withLogin ? login : undefined);
  const said: string[] = [];
  for (const line of lines) {
    const step = dialogue?.(line);
    if (step === undefined || step.do === 'wait') continue;
    if (step.do === 'fail') return [...said, `fail ${step.reason}`];
    said.push(step.text.trim());
    if (step.do === 'succeed') return [...said, 'ok'];
  }
  return said;
};

test.each<[ProbeProtocol, string[], boolean, string[]]>([
  ['imap', ['* OK ready'], false, ['a LOGOUT', 'ok']],
  ['imap', ['* BYE'], false, ['fail unexpected reply: * BYE']],
  ['imap', ['* OK hi', '* CAPABILITY X', 'a OK in'], true, ['a LOGIN "probe" "a\\"b\\\\c"', 'b LOGOUT', 'ok']],
  [
    'imap',
    ['* OK hi', 'a NO [UNAVAILABLE]\x07'],
    true,
    ['a LOGIN "probe" "a\\"b\\\\c"', 'fail unexpected reply: a NO [UNAVAILABLE]?'],
  ],
  ['pop3', ['+OK hi'], false, ['QUIT', 'ok']],
  ['pop3', ['+OK hi', '+OK', '+OK in'], true, ['USER probe', 'PASS a"b\\c', 'QUIT', 'ok']],
  ['pop3', ['+OK hi', '-ERR no'], true, ['USER probe', 'fail unexpected reply: -ERR no']],
  ['lmtp', ['220-one', '220 two'], false, ['QUIT', 'ok']],
  ['submission', ['421 busy'], false, ['fail unexpected reply: 421 busy']],
  ['sieve', ['"SIEVE" "fileinto"', 'OK "ready"'], false, ['LOGOUT', 'ok']],
  ['sieve', ['BYE "no"'], false, ['fail unexpected reply: BYE "no"']],
])('%s: %j', (protocol, lines, withLogin, said) => {
  expect(talk(protocol, lines, withLogin)).toEqual(said);
});
