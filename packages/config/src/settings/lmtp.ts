/** LMTP. Source: src/lmtp/lmtp-settings.c. */
import { bool, oneOf, str, uint, vars } from '../types/define.ts';

export const lmtpSettings = {
  lmtp_add_received_header: bool('yes'),
  lmtp_client_workarounds: str(''),
  lmtp_hdr_delivery_address: oneOf('final', 'none', 'original'),
  lmtp_proxy: bool('no'),
  lmtp_proxy_rawlog_dir: vars(''),
  lmtp_rawlog_dir: vars(''),
  lmtp_rcpt_check_quota: bool('no'),
  lmtp_save_to_detail_mailbox: bool('no'),
  lmtp_user_concurrency_limit: uint(0),
  lmtp_verbose_replies: bool('no'),
} as const;
