#!/usr/bin/env bash
# Stops the master on this machine.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/spark-daemon.sh" stop master 1
