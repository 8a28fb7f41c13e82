#!/usr/bin/env bash
# The older name of stop-workers.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/stop-workers.sh" "$@"
