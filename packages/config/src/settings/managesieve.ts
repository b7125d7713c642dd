/** ManageSieve, as Debian's Pigeonhole 0.5.19 shows it: the capabilities are what `managesieve --dump-capability` prints. */
import { size, str, uint } from '../types/define.ts';

export const managesieveSettings = {
  managesieve_client_workarounds: str(''),
  managesieve_implementation_string: str('Dovecot (Debian) Pigeonhole'),
  managesieve_logout_format: str('bytes=%i/%o'),
  managesieve_max_compile_errors: uint(5),
  managesieve_max_line_length: size('64 k'),
  managesieve_notify_capability: str('mailto'),
  managesieve_sieve_capability: str(
    'fileinto reject envelope encoded-character vacation subaddress comparator-i;ascii-numeric relational regex imap4flags copy include variables body enotify environment mailbox date index ihave duplicate mime foreverypart extracttext',
  ),
} as const;
