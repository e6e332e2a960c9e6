#!/bin/sh
# Install what the tests need besides Python, git and make; says by name what it cannot.
set -eu
cd "$(dirname "$0")/.."
backend="$(git --exec-path)/git-http-backend"
modules=tests/node/node_modules
missing=""

have() { command -v "$1" >/dev/null 2>&1; }

for program in fish rsync zsh; do
    have "$program" || missing="$missing $program"
done
have bwrap || missing="$missing bubblewrap"
have npm || missing="$missing nodejs npm"
[ -x "$backend" ] || missing="$missing git"
if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && have apt-get; then
    apt-get update
    # shellcheck disable=SC2086 # one word a package
    apt-get install --yes --no-install-recommends $missing
fi
for program in bwrap fish rsync zsh npm; do
    have "$program" || { echo "$program: missing; install it" >&2; exit 1; }
done
[ -x "$backend" ] || { echo "git-http-backend: missing; install git with its HTTP backend" >&2; exit 1; }
# the locked packages and none of their install scripts; one program comes without its mode
npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund
chmod u+x "$modules"/@microsoft/sarif-multitool-*/Sarif.Multitool
echo "git-http-backend, bwrap, fish, rsync, zsh, and the programs of tests/node: here"
