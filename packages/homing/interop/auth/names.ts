/** What settings make of user names, and chains of userdbs: each a configuration of its own. */
const DATABASES = `
auth_failure_delay = 0
passdb {
  driver = static
  args = nopassword=y v=%u/%n/%d o=%{orig_user} m=%{auth_user} l=%{login_user}
}
userdb {
  driver = static
  args = allow_all_users=yes A=1 both=a v=%u
  result_success = continue-ok
  override_fields = late=%n
}
userdb {
  driver = static
  args = B=1 both=b allow_all_users=yes
  skip = notfound
}
userdb {
  driver = static
  args = C=1 both=c allow_all_users=yes
  default_fields = both=d D=1 both:protected=never
  skip = found
}
userdb {
  driver = static
  args = E=1 both=e allow_all_users=yes
}
`;

const MASTER = `
auth_master_user_separator = *
passdb {
  driver = static
  master = yes
  args = password=p from=master
  result_success = continue
}
`;

export const nameSites: Readonly<Record<string, string>> = {
  'default realm, every byte allowed': `${DATABASES}
auth_default_realm = example.org
auth_username_chars =
`,
  'a format with a template': `${DATABASES}
auth_username_format = %Ln.x@%d
`,
  'no format, translation': `${DATABASES}
auth_username_format =
auth_username_translation = %.+-/@
`,
  'only the local part': `${DATABASES}
auth_username_format = %n
`,
  'master users': `${MASTER}${DATABASES}
auth_default_realm = example.org
`,
};
