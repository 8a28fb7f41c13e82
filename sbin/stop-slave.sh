#!/usr/bin/env bash
# The older name of stop-worker.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/stop-worker.sh" "$@"
