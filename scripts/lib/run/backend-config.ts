/** What the demonstration's backends are configured with, in the languages of Dovecot 2.3 and 2.4. */
import type { Places } from './places.ts';

/** The proxy has checked the password already, and nobody else can reach a loopback address. */
export const backendConfig = (dir: string, address: string, places: Places): string => `
listen = ${address}
protocols = imap pop3
login_greeting = Backend ${address} ready.
login_trusted_networks = 127.0.0.0/8
passdb {
  driver = static
  args = nopassword=y allow_nets=127.0.0.0/8
}
userdb {
  driver = static
  args = uid=${ownerOf('uid')} gid=${ownerOf('gid')} home=${dir}/mail/%u
}
mail_location = maildir:~/Maildir
${ports(places)}`;

/** The same for 2.4. */
export const backendConfig24 = (dir: string, address: string, places: Places): string => `
listen = ${address}
protocols = imap pop3
login_greeting = Backend ${address} ready.
login_trusted_networks = 127.0.0.0/8
passdb static {
  fields {
    nopassword = yes
    allow_nets = 127.0.0.0/8
  }
}
userdb static {
  fields {
    uid = ${ownerOf('uid')}
    gid = ${ownerOf('gid')}
    home = ${dir}/mail/%{user}
  }
}
mail_driver = maildir
mail_path = ~/Maildir
${ports(places)}`;

const ports = (places: Places): string => `service imap-login {
  inet_listener imap {
    port = ${places.backendImap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${places.backendPop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
`;

/** Mail belongs to nobody in particular; Dovecot refuses root. */
const ownerOf = (id: 'uid' | 'gid'): number => {
  const own = id === 'uid' ? process.getuid?.() : process.getgid?.();
  return own === undefined || own === 0 ? 65_534 : own;
};
