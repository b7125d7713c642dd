# Sourced by the scripts, from the top of the repository: Node 24 and the npm packages, and the peers that tests and
# benchmarks use. Says what it does on standard error; does nothing that is done already.

say() { printf '%s\n' "$*" >&2; }

# The packages of package-lock.json, and Node 24 first in PATH: the npm package brings it where the system's is older.
setup_node() {
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    command -v npm >/dev/null || { say 'npm is missing: apt-get install npm'; return 1; }
    say 'Installing npm packages ...'
    # A lock file made where a registry serves one platform only lacks the other platforms' optional packages; npm ci
    # refuses it, npm install takes the locked versions of all that is there.
    npm ci --ignore-scripts --no-audit --no-fund >/dev/null 2>&1 ||
      npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || return 1
    touch node_modules/.package-lock.json
  fi
  PATH="$PWD/node_modules/.bin:$PATH"
  # npm 9 does not link the node of an optional package into .bin.
  for bin in "$PWD"/node_modules/node-linux-*/bin; do
    if "$bin/node" --version >/dev/null 2>&1; then PATH="$bin:$PATH"; fi
  done
  export PATH
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' ||
    { say "Node 24 or newer is needed, found $(node --version)"; return 1; }
}

PEERS='dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-sqlite curl python3 sqlite3 openssl'

peers_missing() {
  for file in /usr/sbin/dovecot /usr/lib/dovecot/imap /usr/lib/dovecot/pop3 /usr/lib/dovecot/lmtp \
    /usr/lib/dovecot/modules/auth/libdriver_sqlite.so; do
    [ -e "$file" ] || return 0
  done
  for command in curl python3 sqlite3 openssl; do
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
  say 'Installing Dovecot and test clients with apt-get ...'
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get update -q && apt-get install -q -y --no-install-recommends $PEERS; } </dev/null >&2 ||
    say 'apt-get failed; tests that need the missing peers are skipped'
  if [ "$(cat "$policy" 2>/dev/null)" = "$(printf '#!/bin/sh\nexit 101')" ]; then
    rm -f "$policy"
    trap - EXIT
  fi
}
