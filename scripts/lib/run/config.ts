/** Homing's configuration for the demonstration: a short main file that reads the documented conf.d. */
import { writeFileSync } from 'node:fs';
import { type Places, PROXY } from './places.ts';
import { protect, REPOSITORY, type State } from './state.ts';

export const writeConfig = (state: State, places: Places): void => {
  writeFileSync(`${state.dir}/users-sql.conf.ext`, userDatabase(state, places));
  protect(`${state.dir}/users-sql.conf.ext`, state);
  writeFileSync(state.configFile, main(state, places));
};

/** `user` and `password` are checked; the rest tells the login proxy what to do after that. */
const userDatabase = (state: State, places: Places): string => `# Written by scripts/run.
driver = sqlite
connect = ${state.database}
password_query = SELECT user, password, 'y' AS proxy, \\
  CASE '%s' WHEN 'pop3' THEN ${places.backendPop3} ELSE ${places.backendImap} END AS port \\
  FROM users WHERE user = '%Lu'
user_query = SELECT user FROM users WHERE user = '%Lu'
iterate_query = SELECT user FROM users
`;

const main = (state: State, places: Places): string => `# Written by scripts/run; it writes this file anew each time.
# The settings themselves are explained in ${REPOSITORY}/conf.d.
!include ${REPOSITORY}/conf.d/*.conf

base_dir = ${state.runDir}
state_dir = ${state.dir}
log_path = ${state.logFile}
instance_name = homing-run
${users(state)}
protocols = imap pop3
listen = ${PROXY}

# Users come from SQLite. "proxy" without "host" leaves the choice of the backend to the director.
passdb {
  driver = sql
  args = ${state.dir}/users-sql.conf.ext
}

# For "homeadm director map", which shows names instead of hashes.
userdb {
  driver = sql
  args = ${state.dir}/users-sql.conf.ext
}

director_mail_servers = ${places.backends.join(' ')}

# conf.d/10-director.conf has put the director between the login proxies and the auth server; here are their ports.
service imap-login {
  inet_listener imap {
    port = ${places.imap}
  }
  inet_listener imaps {
    port = ${places.imaps}
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${places.pop3}
  }
  inet_listener pop3s {
    port = ${places.pop3s}
    ssl = yes
  }
}

ssl = yes
ssl_cert = <${state.cert}
ssl_key = <${state.key}
`;

const users = ({ users: chosen }: State): string => {
  if (process.getuid?.() !== 0) return '';
  const { internal, login } = chosen ?? { internal: 'root', login: 'root' };
  return `default_internal_user = ${internal}\ndefault_login_user = ${login}\n`;
};
