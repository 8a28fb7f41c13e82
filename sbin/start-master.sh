#!/usr/bin/env bash
# Starts a master on this machine. Flags: --help.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
if [[ "$*" == *--help* ]]; then exec "$here/../bin/firesteel-launch" master --help; fi
exec "$here/spark-daemon.sh" start master 1 "$@"
