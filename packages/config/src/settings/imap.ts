/** IMAP and POP3 after login, which the backend does. Sources: src/imap/imap-settings.c, src/pop3/pop3-settings.c. */
import { bool, oneOf, port, size, str, time } from '../types/define.ts';

export const imapSettings = {
  imap_client_workarounds: str(''),
  imap_fetch_failure: oneOf('disconnect-immediately', 'disconnect-after', 'no-after'),
  imap_hibernate_timeout: time('0'),
  imap_idle_notify_interval: time('2 mins'),
  imap_logout_format: str(
    'in=%i out=%o deleted=%{deleted} expunged=%{expunged} trashed=%{trashed} hdr_count=%{fetch_hdr_count} hdr_bytes=%{fetch_hdr_bytes} body_count=%{fetch_body_count} body_bytes=%{fetch_body_bytes}',
  ),
  imap_max_line_length: size('64 k'),
  imap_metadata: bool('no'),
  imap_urlauth_host: str(''),
  imap_urlauth_logout_format: str('in=%i out=%o'),
  imap_urlauth_port: port(143),
  pop3_client_workarounds: str(''),
  pop3_delete_type: oneOf('default', 'expunge', 'flag'),
  pop3_deleted_flag: str(''),
  pop3_enable_last: bool('no'),
  pop3_fast_size_lookups: bool('no'),
  pop3_lock_session: bool('no'),
  pop3_logout_format: str('top=%t/%p, retr=%r/%b, del=%d/%m, size=%s'),
  pop3_no_flag_updates: bool('no'),
  pop3_reuse_xuidl: bool('no'),
  pop3_save_uidl: bool('no'),
  pop3_uidl_duplicates: oneOf('allow', 'rename'),
  pop3_uidl_format: str('%08Xu%08Xv'),
} as const;
