#!/usr/bin/env bash
# Starts a master on this machine. Flags: --help.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
for word in "$@"; do
  if [ "$word" = --help ]; then exec "$here/../bin/firesteel-launch" master --help; fi
done
exec "$here/spark-daemon.sh" start master 1 "$@"
