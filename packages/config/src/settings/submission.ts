/** Submission. Sources: src/submission/submission-settings.c, src/submission-login/submission-login-settings.c. */
import { bool, msecs, oneOf, port, size, str, time, uint, unset, vars } from '../types/define.ts';

export const submissionSettings = {
  submission_backend_capabilities: unset(str('')),
  submission_client_workarounds: str(''),
  submission_host: vars(''),
  submission_logout_format: str('in=%i out=%o'),
  submission_max_mail_size: size('0'),
  submission_max_recipients: uint(0),
  submission_relay_command_timeout: msecs('5 mins'),
  submission_relay_connect_timeout: msecs('30 secs'),
  submission_relay_host: str(''),
  submission_relay_master_user: str(''),
  submission_relay_max_idle_time: time('29 mins'),
  submission_relay_password: str(''),
  submission_relay_port: port(25),
  submission_relay_rawlog_dir: vars(''),
  submission_relay_ssl: oneOf('no', 'smtps', 'starttls'),
  submission_relay_ssl_verify: bool('yes'),
  submission_relay_trusted: bool('no'),
  submission_relay_user: str(''),
  submission_ssl: oneOf('no', 'smtps', 'submissions', 'starttls'),
  submission_timeout: time('30 secs'),
} as const;
