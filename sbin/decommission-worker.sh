#!/usr/bin/env bash
# Decommissions the workers on this machine: they take nothing new, end what they run, and end themselves.
# decommission-worker.sh [--block-until-exit]
set -uo pipefail
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/spark-config.sh"
spark_every decommission worker "$@"
