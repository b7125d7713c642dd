# Sets $node to a Node of version 24 or newer, or ends with a message. Needs $self, the real path of the caller.
# Sourced, not run.

is_new_enough() {
  [ -x "$1" ] && "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null
}

node=$(command -v node || true)
if [ -z "$node" ] || ! is_new_enough "$node"; then
  node=
  folder=$(dirname "$self")
  while [ "$folder" != / ] && [ -z "$node" ]; do
    for candidate in "$folder"/node_modules/node-linux-*/bin/node; do
      if is_new_enough "$candidate"; then
        node=$candidate
      fi
    done
    folder=$(dirname "$folder")
  done
fi
if [ -z "$node" ]; then
  echo "$(basename "$self"): Fatal: needs Node.js 24 or newer: install it, or run 'npm ci' in this project" >&2
  exit 78
fi
