/** A backend of any of the five protocols that sends everybody elsewhere, or lets everybody in. */
import type { MailProtocol } from './five-protocols.ts';
import { type ScriptedBackend, startScriptedBackend } from './scripted-backend.ts';

/** `next`: `host:port`; undefined lets users in. */
export const startReferringBackend = (protocol: MailProtocol, next: string | undefined): Promise<ScriptedBackend> =>
  startScriptedBackend({
    greeting: GREETINGS[protocol],
    answer: (line) => {
      const [first = '', second = ''] = line.split(' ');
      switch (protocol) {
        case 'imap':
          if (!/^(?:LOGIN|AUTHENTICATE)$/.test(second)) return [`${first} OK`];
          return [
            next === undefined ? `${first} OK Welcome` : `${first} NO [REFERRAL imap://alice;AUTH=*@${next}/] Moved`,
          ];
        case 'pop3':
          return [first === 'PASS' && next !== undefined ? `-ERR [REFERRAL/alice@${next}] Moved` : '+OK'];
        case 'submission':
          if (first === 'EHLO') return ['250-backend', '250-ENHANCEDSTATUSCODES', '250 AUTH PLAIN'];
          return [next === undefined ? '235 2.7.0 Welcome' : `550 5.2.900 alice@${next} Moved`];
        case 'sieve':
          return [next === undefined ? 'OK "Welcome"' : `NO (REFERRAL sieve://alice@${next}) "Moved"`];
        case 'lmtp':
          if (first === 'LHLO') return ['250-backend', '250 ENHANCEDSTATUSCODES'];
          return [first === 'RCPT' && next !== undefined ? `550 5.2.900 <alice> alice@${next} Moved` : '250 2.1.5 OK'];
      }
    },
  });

const GREETINGS: Readonly<Record<MailProtocol, string>> = {
  imap: '* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready',
  pop3: '+OK ready',
  submission: '220 backend ESMTP',
  sieve: '"IMPLEMENTATION" "backend"\r\n"SASL" "PLAIN"\r\n"SIEVE" "fileinto"\r\n"VERSION" "1.0"\r\nOK "ready"',
  lmtp: '220 backend LMTP',
};
