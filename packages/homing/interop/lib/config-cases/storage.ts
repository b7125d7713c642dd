/** Settings of mail programs and statistics (17.21). */
import { based, type ConfigCase } from './config-case.ts';

export const storage: readonly ConfigCase[] = [
  {
    name: 'namespaces and mailboxes',
    conf: based(
      'namespace inbox {\n inbox = yes\n mailbox "Sent Messages" {\n  special_use = \\Sent\n }\n mailbox Foo/Bar {\n  auto = create\n }\n}\nnamespace {\n prefix = x/\n mail_location = maildir:~/x\n}\nmail_location = maildir:~/Mail\n',
    ),
    runs: [['-n'], ['-a'], ['-N'], ['mail_location'], ['namespace/inbox']],
  },
  { name: 'mail storage checks', conf: based('mailbox_idle_check_interval = 0\n') },
  { name: 'uidl format', conf: based('pop3_uidl_format = %d\n') },
  { name: 'nfs', conf: based('mail_nfs_index = yes\n') },
  {
    name: 'workarounds',
    conf: based('imap_client_workarounds = foo\npop3_client_workarounds = bar\nlmtp_client_workarounds = x\n'),
  },
  { name: 'metric without a filter (17.21)', conf: based('metric m {\n}\n') },
  { name: 'exporter format', conf: based('event_exporter e {\n format = xml\n}\n') },
  { name: 'exporter time', conf: based('event_exporter e {\n format = json\n transport = log\n}\n') },
  { name: 'group_by', conf: based('metric m {\n filter = event=x\n group_by = duration:exponential:0:5:3\n}\n') },
  { name: 'group_by range', conf: based('metric m {\n filter = event=x\n group_by = user duration:linear:7:5:3\n}\n') },
  {
    name: 'metric',
    conf: based('metric m {\n filter = event=x\n group_by = user duration:linear:0:100:10\n}\n'),
    runs: [['-n'], ['-a']],
  },
  {
    name: 'several at once',
    conf: based('syslog_facility = foo\ndsync_features = x\nlisten =\nmetric x {\n}\nimap_client_workarounds = x\n'),
  },
];
