#!/bin/sh
# Install what the tests need besides Python, git and make; says by name what it cannot.
set -eu
backend="$(git --exec-path)/git-http-backend"
if [ -x "$backend" ]; then
    echo "git-http-backend: here"
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update
    apt-get install --yes --no-install-recommends git
fi
[ -x "$backend" ] || { echo "git-http-backend: missing; install git with its HTTP backend" >&2; exit 1; }
