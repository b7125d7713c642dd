/** Dovecot's director, alone in its ring, in front of its own auth server. */
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';
import { passwdFile } from '../lib/passwd-file.ts';

const USERS = `alice:{PLAIN}pw:102:105::/srv/mail/alice::proxy=y
bob:{PLAIN}pw:102:105::/srv/mail/bob::proxy=y
tina:{PLAIN}pw::::::proxy=y director_tag=tagA
fixed:{PLAIN}pw::::::proxy=y host=127.0.0.12
dest:{PLAIN}pw::::::proxy=y destuser=realdest
local:{PLAIN}pw::::::
notag:{PLAIN}pw::::::proxy=y director_tag=nosuchtag
pmaybe:{PLAIN}pw::::::proxy_maybe=y
`;

const config = (dir: string): string => `
protocols =
auth_verbose = yes
director_mail_servers = 127.0.0.11 127.0.0.12 127.0.0.13@tagA 127.0.0.14@tagA
director_user_expire = 60s
${passwdFile(dir)}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
  unix_listener director-userdb {
    mode = 0600
  }
}
service ipc {
  unix_listener ipc {
    user = dovecot
  }
}
`;

export const startDirectorSite = (): Promise<Dovecot> => startDovecot({ config, files: { users: USERS } });
