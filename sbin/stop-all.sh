#!/usr/bin/env bash
# Stops the workers on every host of conf/workers, then the master here.
set -uo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
failed=0
"$here/stop-workers.sh" || failed=1
"$here/stop-master.sh" || failed=1
exit "$failed"
