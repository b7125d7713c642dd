/** Local delivery. Source: src/lib-lda/lda-settings.c. */
import { bool, str, vars } from '../types/define.ts';

export const deliverySettings = {
  deliver_log_format: str('msgid=%m: %$'),
  hostname: str(''),
  lda_mailbox_autocreate: bool('no'),
  lda_mailbox_autosubscribe: bool('no'),
  lda_original_recipient_header: str(''),
  postmaster_address: vars('postmaster@%{if;%d;ne;;%d;%{hostname}}'),
  quota_full_tempfail: bool('no'),
  recipient_delimiter: str('+'),
  rejection_reason: str('Your message to <%t> was automatically rejected:%n%r'),
  rejection_subject: str('Rejected: %s'),
  sendmail_path: vars('/usr/sbin/sendmail'),
} as const;
