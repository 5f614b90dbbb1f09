#!/usr/bin/env bash
# Builds the Debian package, installs it in a root of its own, looks whether everything is in its place, and takes it away again.
#
#   tests/package.sh [--profile dev]     a release build unless told otherwise
#
# Installs cargo-deb where it is missing (a few minutes, once), so this is no part of tests/run.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin:$HOME/.cargo/bin"
profile=release
if [ "${1-}" = --profile ]; then profile=$2; fi

command -v cargo-deb >/dev/null 2>&1 || cargo install --locked cargo-deb
cargo run --quiet --locked --example manual -- target/manual
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cargo deb --quiet --locked --profile "$profile" --output "$root/stocksync.deb"

step() { printf '%s\n' "-- $1"; }
fail() { printf 'package.sh: %s\n' "$1" >&2; exit 1; }

step "what the package says of itself"
dpkg-deb --field "$root/stocksync.deb" Package Version Architecture Depends Recommends
step "install"
mkdir -p "$root/system/var/lib/dpkg/info" "$root/system/var/lib/dpkg/updates"
: >"$root/system/var/lib/dpkg/status"
package() { dpkg --root="$root/system" --force-not-root --force-depends --force-script-chrootless --log=/dev/null "$@"; }
package --install "$root/stocksync.deb" >/dev/null 2>"$root/errors" || { cat "$root/errors" >&2; fail "it does not install"; }

step "look"
system=$root/system
expect() { # expect PATH MODE
    [ -f "$system/$1" ] || fail "/$1 is missing"
    [ "$(stat -c %a "$system/$1")" = "$2" ] || fail "/$1 has mode $(stat -c %a "$system/$1") in place of $2"
}
expect usr/bin/stocksync 755
expect etc/stocksync/env 600
expect usr/share/man/man1/stocksync.1.gz 644
for command in migrate sync check-freshness report; do expect "usr/share/man/man1/stocksync-$command.1.gz" 644; done
expect usr/share/bash-completion/completions/stocksync 644
expect usr/share/zsh/vendor-completions/_stocksync 644
expect usr/share/fish/vendor_completions.d/stocksync.fish 644
expect usr/share/doc/stocksync/examples/crontab 644
expect usr/share/doc/stocksync/examples/grants.sql 644
for page in README.md CHANGELOG.md docs/*.md; do expect "usr/share/doc/stocksync/$page" 644; done
"$system/usr/bin/stocksync" --version
bash -n "$system/usr/share/bash-completion/completions/stocksync"
gunzip -c "$system/usr/share/man/man1/stocksync.1.gz" | grep -q 'Exit codes' || fail "the man page has no exit codes"
if command -v man >/dev/null 2>&1; then
    warnings=$(man --warnings -l "$system/usr/share/man/man1/stocksync-sync.1.gz" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "man warns: $warnings"
fi
# As installed it has settings without a database: that is 78, and nothing else.
code=0
env -i "$system/usr/bin/stocksync" report --env-file "$system/etc/stocksync/env" 2>/dev/null || code=$?
[ "$code" = 78 ] || fail "exit $code with the settings as they come"

step "remove: the settings stay"
package --remove stocksync >/dev/null
[ -f "$system/etc/stocksync/env" ] || fail "the settings went with the program"
[ ! -e "$system/usr/bin/stocksync" ] || fail "the program is still there"
step "purge: nothing stays"
package --purge stocksync >/dev/null
left=$(find "$system" -path "$system/var" -prune -o -type f -print)
[ -z "$left" ] || fail "left behind: $left"
printf 'The package is sound.\n'
