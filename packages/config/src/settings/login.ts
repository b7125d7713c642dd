/** The login processes. Sources: src/login-common/login-settings.c, src/imap-login/imap-login-settings.c. The greeting is Debian's. */
import { bool, msecs, str, time, uint, vars } from '../types/define.ts';

export const loginSettings = {
  disable_plaintext_auth: bool('yes'),
  imap_capability: str(''),
  imap_id_log: str(''),
  imap_id_retain: bool('no'),
  imap_id_send: str('name *'),
  imap_literal_minus: bool('no'),
  login_access_sockets: str(''),
  login_greeting: vars('Dovecot (Debian) ready.'),
  login_log_format: str('%$: %s'),
  login_log_format_elements: str('user=<%u> method=%m rip=%r lip=%l mpid=%e %c session=<%{session}>'),
  login_plugin_dir: str('/usr/lib/dovecot/modules/login'),
  login_plugins: str(''),
  login_proxy_max_disconnect_delay: time('0'),
  login_proxy_max_reconnects: uint(3),
  login_proxy_notify_path: vars('proxy-notify'),
  login_proxy_rawlog_dir: str(''),
  login_proxy_timeout: msecs('30 secs'),
  login_source_ips: str(''),
  login_trusted_networks: str(''),
  mail_max_userip_connections: uint(10),
} as const;
