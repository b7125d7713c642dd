/** `homing --help`, laid out as a manual page. */
export const HELP = `NAME
    homing - Dovecot-compatible auth server, director and login proxies

SYNOPSIS
    homing [-c FILE] [-F]
    homing [-c FILE] reload | stop | reopen
    homing [-c FILE] -n | -a
    homing --help | --version

DESCRIPTION
    Without a command, starts the server and returns when it serves. The exit
    status is 0 then; any reason not to start is printed and logged.

OPTIONS
    -c FILE   Configuration file, in the language of dovecot.conf (2.3).
              Default: $CONFIG_FILE, else /etc/homing/homing.conf.
    -F        Stay in the foreground.
    -n        Print settings that differ from their defaults (homeconf -n).
    -a        Print all settings (homeconf -a).
    --help    This text.
    --version Print the version.

COMMANDS
    reload    Read the configuration again (SIGHUP). If it has an error the
              running one stays, and the log names the file and line.
    stop      Stop (SIGTERM): accept no more, give logins under way 5 seconds,
              end sessions as they fall idle, end. Once more, or SIGTERM
              again: end at once.
    reopen    Open the log files again, after rotation (SIGUSR1).

RELOAD
    Take effect at a reload: listeners with their owners and modes, all settings
    of the login services (in new login processes; sessions stay in the old
    ones), passdb and userdb blocks, auth_* settings, log paths and formats,
    log_debug, homing_director_tls_*.
    Need a restart: base_dir, state_dir, the user a process runs as, all other
    settings of the director (director_*, homing_director_*, homing_health_*,
    homing_auth_*_socket, homing_ipc_socket, homing_anvil_socket, the address of
    its ring).

EXIT STATUS
    0   success
    64  wrong usage
    75  reload, stop, reopen: not running, or did not stop
    89  the configuration is wrong, or the server could not be started

FILES
    base_dir/master.pid   PID of the running server

SIGNALS
    SIGTERM, SIGINT  stop;  SIGHUP  reload;  SIGUSR1  reopen logs

SEE ALSO
    homeadm(1), homeconf(1)
`;
