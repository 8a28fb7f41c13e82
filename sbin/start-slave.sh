#!/usr/bin/env bash
# The older name of start-worker.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/start-worker.sh" "$@"
