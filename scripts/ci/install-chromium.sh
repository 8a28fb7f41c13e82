#!/usr/bin/env bash
# Installs Chromium for the tests that look at pages in a browser, where there is none and apt-get may install it.
# Where it may not, this says so, and those tests are skipped by name.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if path="$(command -v "$name")"; then
    echo "a browser is there: $path"
    exit 0
  fi
done
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "no Chromium here, and no right to install one: the tests of the pages in a browser are skipped"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
chromium --version
