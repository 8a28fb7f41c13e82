#!/usr/bin/env bash
# Starts a master here and workers on every host of conf/workers.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
"$here/start-master.sh"
exec "$here/start-workers.sh" "$@"
