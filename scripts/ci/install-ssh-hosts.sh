#!/usr/bin/env bash
# Installs an SSH server and the tools of network namespaces, for the tests in which a cluster runs on several hosts, where they are missing
# and apt-get may install them.
set -euo pipefail

missing=()
if ! command -v ip >/dev/null; then missing+=(iproute2); fi
if [ ! -x /usr/sbin/sshd ]; then missing+=(openssh-server); fi
if ! command -v ssh >/dev/null || ! command -v ssh-keygen >/dev/null; then missing+=(openssh-client); fi
if [ "${#missing[@]}" -eq 0 ]; then
  echo "ip and sshd are there"
  exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "${missing[*]} missing, and no apt-get that may install: the tests on several hosts will be skipped"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The service itself is not wanted: each test starts servers of its own.
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
/usr/sbin/sshd -V 2>&1 | head -n 1
