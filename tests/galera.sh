#!/usr/bin/env bash
# What three nodes of a Galera cluster do to stocksync, on a private cluster: nobody else's server is touched, nothing listens but on the
# loopback. The servers are the machine's MariaDB, Galera comes out of Debian's package, unpacked into a cache directory if it is not
# installed. Arguments go to the test program, for a part of it; STOCKSYNC_GALERA_TIMES=20 tries everything so often (5 otherwise).
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$HOME/.cargo/bin:/usr/sbin"
export LC_ALL=C

not_run() {
    echo "NOT RUN on a Galera cluster: $1."
    exit
}
provider=/usr/lib/galera/libgalera_smm.so
if [ ! -r "$provider" ]; then
    cache=${STOCKSYNC_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stocksync-tests}
    provider=$cache/galera/usr/lib/galera/libgalera_smm.so
fi
if [ ! -r "$provider" ]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || not_run "there is no apt-get to fetch the package galera-4 with"
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/galera.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download galera-4 && dpkg-deb -x galera-4_*.deb root) >"$work/log" 2>&1 \
        || not_run "the package galera-4 cannot be had: $(tail -n 1 "$work/log")"
    mv -T "$work/root" "$cache/galera" 2>/dev/null || [ -r "$provider" ]
    rm -rf "$work"
    trap - EXIT
fi
if ldd "$provider" | grep -q 'not found'; then not_run "Galera's library lacks others: $(ldd "$provider" | grep 'not found' | xargs)"; fi
mariadbd --no-defaults --version | sed 's/^/On three nodes of /'
export STOCKSYNC_GALERA=$provider
exec timeout 2400 cargo test --locked --test behaviour -- galera:: --ignored --test-threads=1 "$@"
