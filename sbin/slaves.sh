#!/usr/bin/env bash
# The older name of workers.sh.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/workers.sh" "$@"
