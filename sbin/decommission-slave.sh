#!/usr/bin/env bash
# The older name of decommission-worker.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/decommission-worker.sh" "$@"
