/** src/lib-master/master-service-settings.c and master-service-ssl-settings.c (2.3). */
import type { Checked } from './check.ts';

const facilities = new Set(
  (
    'auth authpriv cron daemon ftp kern local0 local1 local2 local3 local4 local5 local6 local7 lpr mail news syslog ' +
    'user uucp'
  ).split(' '),
);

export const checkCommon = ({ settings }: Checked): string | undefined =>
  facilities.has(settings.syslog_facility) ? undefined : `Unknown syslog_facility: ${settings.syslog_facility}`;

const flags = new Set(['compression', 'no_compression', 'no_ticket']);

export const checkTls = ({ settings }: Checked): string | undefined => {
  if (settings.ssl === 'no') return undefined;
  if (settings.ssl_verify_client_cert && settings.ssl_ca === '') {
    return 'ssl_verify_client_cert set, but ssl_ca not';
  }
  const unknown = settings.ssl_options.split(/[ ,]+/).find((word) => word !== '' && !flags.has(word.toLowerCase()));
  return unknown === undefined ? undefined : `ssl_options: unknown flag: '${unknown}'`;
};
