/** Checks of programs this server replaces or ignores, so that a file is wrong here exactly when it is wrong there. */
import type { Checked } from './check.ts';

const knownWords = {
  imap_client_workarounds: ['delay-newmail', 'tb-extra-mailbox-sep', 'tb-lsub-flags'],
  pop3_client_workarounds: ['outlook-no-nuls', 'oe-ns-eoh'],
  lmtp_client_workarounds: ['whitespace-before-path', 'mailbox-for-path'],
  submission_client_workarounds: [
    'whitespace-before-path',
    'mailbox-for-path',
    'implicit-auth-external',
    'exotic-backend',
  ],
} as const;

const strangeWord = (text: string, known: readonly string[]): string | undefined =>
  text.split(/[ ,]+/).find((word) => word !== '' && !known.includes(word.toLowerCase()));

export const checkWords =
  (name: keyof typeof knownWords) =>
  ({ settings }: Checked): string | undefined => {
    const word = strangeWord(settings[name], knownWords[name]);
    return word === undefined ? undefined : `${name}: Unknown workaround: ${word}`;
  };

const imapcFeatures = [
  'acl',
  'delay-login',
  'fetch-bodystructure',
  'fetch-empty-is-expunged',
  'fetch-fix-broken-mails',
  'fetch-headers',
  'fetch-msn-workarounds',
  'gmail-migration',
  'guid-forced',
  'modseq',
  'no-examine',
  'no-msn-updates',
  'proxyauth',
  'rfc822.size',
  'search',
  'send-id',
  'zimbra-workarounds',
];
const isThrottle = (word: string): boolean => /^throttle:\d+:\d+:\d+$/i.test(word);

export const checkMailClients =
  (client: 'imapc' | 'pop3c') =>
  ({ settings }: Checked): string | undefined => {
    if (client === 'pop3c') {
      const feature = strangeWord(settings.pop3c_features, ['no-pipelining']);
      return feature === undefined ? undefined : `pop3c_features: Unknown feature: ${feature}`;
    }
    if (settings.imapc_max_idle_time === 0) return 'imapc_max_idle_time must not be 0';
    const words = settings.imapc_features.split(/[ ,]+/).filter((word) => !isThrottle(word));
    const feature = strangeWord(words.join(' '), imapcFeatures);
    if (feature === undefined) return undefined;
    return feature.toLowerCase().startsWith('throttle:')
      ? 'imapc_features: Invalid throttle settings'
      : `imapc_features: Unknown feature: ${feature}`;
  };

export const checkDoveadm = ({ settings }: Checked): string | undefined => {
  if (settings.dsync_hashed_headers === '') return 'dsync_hashed_headers must not be empty';
  if (settings.dsync_alt_char === '') return 'dsync_alt_char must not be empty';
  const feature = strangeWord(settings.dsync_features, ['empty-header-workaround', 'no-header-hashes']);
  return feature === undefined ? undefined : `dsync_features: Unknown feature: ${feature}`;
};

/** The variables among `%v %08Xu %f` and so on. */
const uidlFormat = (format: string): string | undefined => {
  const letters = [...format.matchAll(/%[^a-zA-Z%]*X?([a-zA-Z%])/g)].map(([, letter = '']) => letter);
  const unknown = letters.find((letter) => !'vumfg%'.includes(letter));
  if (unknown !== undefined) return `Unknown pop3_uidl_format variable: %${unknown}`;
  return letters.some((letter) => letter !== '%')
    ? undefined
    : "pop3_uidl_format setting doesn't contain any %% variables.";
};

const GIGABYTE = 1024 ** 3;

export const checkMailStorage = ({ settings }: Checked): string | undefined => {
  if (settings.mailbox_idle_check_interval === 0) return 'mailbox_idle_check_interval must not be 0';
  if (settings.mail_nfs_index && !settings.mmap_disable) return 'mail_nfs_index=yes requires mmap_disable=yes';
  if (settings.mail_nfs_index && settings.mail_fsync !== 'always') {
    return 'mail_nfs_index=yes requires mail_fsync=always';
  }
  if (settings.mail_cache_max_size > GIGABYTE) return "mail_cache_max_size can't be over 1 GB";
  if (settings.mail_cache_purge_delete_percentage > 100) {
    return "mail_cache_purge_delete_percentage can't be over 100";
  }
  return uidlFormat(settings.pop3_uidl_format);
};
