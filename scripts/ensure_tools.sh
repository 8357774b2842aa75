#!/bin/sh
# Makes sure that what the tests run is there: git, chromium and anvil; `ensure_tools.sh git` only git, which the demo
# needs too. Installs what is missing, says what it does, and ends within bounded time. Run again: it only looks.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# seconds for one step of apt, its lock included
limit=900

say() { echo "ensure_tools: $*"; }
fail() { echo "ensure_tools: $*" >&2; exit 1; }

# Runs apt-get as root: as we are, or through sudo where it asks no password.
apt_get() {
    set -- apt-get -q -o Acquire::Retries=3 -o Acquire::http::Timeout=60 -o DPkg::Lock::Timeout=300 "$@"
    if [ "$(id -u)" -eq 0 ]; then
        DEBIAN_FRONTEND=noninteractive timeout "$limit" "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive timeout "$limit" "$@"
    fi
}

# install_package NAME: by apt-get, with fresh lists where the present ones do not do.
install_package() {
    command -v apt-get >/dev/null 2>&1 || fail "$1 is missing and there is no apt-get: install $1 and put it on PATH"
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        fail "$1 is missing, and installing it needs root: run 'apt-get install $1' as root, then try again"
    fi
    say "installing $1 with apt-get"
    log=$(mktemp "${TMPDIR:-/tmp}/ensure_tools.XXXXXX")
    trap 'rm -f "$log"' EXIT
    if ! apt_get install -y --no-install-recommends "$1" >"$log" 2>&1; then
        say "apt-get has no list with $1: updating the lists"
        apt_get update >"$log" 2>&1 || say "apt-get update did not succeed for every source"
        if ! apt_get install -y --no-install-recommends "$1" >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            fail "apt-get could not install $1: see above"
        fi
    fi
    rm -f "$log"
}

# require COMMAND PACKAGE
require() {
    if ! command -v "$1" >/dev/null 2>&1; then
        install_package "$2"
        command -v "$1" >/dev/null 2>&1 || fail "package $2 is installed, but $1 is not on PATH"
    fi
    say "$1: $(command -v "$1")"
}

require git git
[ "${1:-all}" = git ] && exit 0
require chromium chromium
"$here/install_anvil.sh"
