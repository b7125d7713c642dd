/** What `homeconf --help` prints. */
export const HELP = `Usage: homeconf [-adhnNPsSx] [-c FILE] [-f KEY=VALUE]... [-m MODULE]... [SETTING]...

Prints the configuration as it is understood, in doveconf's form.

  -n        settings that differ from their defaults
  -N        settings that are in the file
  -a        all settings (as without options)
  -s        all settings, those too that are usually hidden
  -d        the defaults instead of the file
  -S        one line a setting, PATH=VALUE, secrets shown
  -h        values without names (with SETTING)
  -P        show passwords and keys
  -x        replace <FILE and $NAME by what they stand for
  -c FILE   main configuration file
  -f KEY=VALUE
            as a connection sees it: service, protocol, lname, local, remote
  -m MODULE only what programs of this name read: auth, director, login, ...
  SETTING   a setting or section: auth_mechanisms, service/auth, passdb
`;
