#!/usr/bin/env bash
# The older name of start-workers.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/start-workers.sh" "$@"
