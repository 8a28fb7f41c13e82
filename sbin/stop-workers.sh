#!/usr/bin/env bash
# Stops the workers on every host of conf/workers.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/workers.sh" spark-script stop-worker.sh
