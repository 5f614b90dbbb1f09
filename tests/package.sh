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
docs/packaging/prepare.sh
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
expect etc/stocksync/env 640
group=$(sed -n 's/^stocksync:[^:]*:\([0-9]*\):.*/\1/p' "$system/etc/group")
[ -n "$group" ] && [ "$(stat -c %u:%g "$system/etc/stocksync/env")" = "0:$group" ] || fail "the settings are not root's, for the group stocksync to read"
grep -q '^stocksync:.*nologin$' "$system/etc/passwd" || fail "there is no user stocksync, or it may log in"
units=$system/usr/lib/systemd/system
for unit in sync@ retry@ check keep; do
    for kind in service timer; do expect "usr/lib/systemd/system/stocksync-$unit.$kind" 644; done
    systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/stocksync-$unit.timer")" >/dev/null || fail "stocksync-$unit.timer never elapses"
    # Every command that a unit runs is one that the program understands: with the settings as they come it has no database (78).
    command=$(sed -n 's/^ExecStart=\/usr\/bin\/stocksync //p' "$units/stocksync-$unit.service" | sed -e 's/%i/ozon/' -e "s|/etc/stocksync/env|$system&|")
    code=0
    # shellcheck disable=SC2086 # words
    env -i "$system/usr/bin/stocksync" $command >/dev/null 2>&1 || code=$?
    [ "$code" = 78 ] || fail "stocksync-$unit.service: exit $code"
done
for instance in stocksync-sync@ozon stocksync-retry@wb stocksync-check stocksync-keep; do
    said=$(systemd-analyze verify --root="$system" --man=no "$instance.service" "$instance.timer" 2>&1 | grep stocksync | grep -v 'sysinit.target not found' || true) # a root of its own has no targets
    [ -z "$said" ] || fail "systemd: $said"
done
[ ! -e "$system/etc/systemd/system/timers.target.wants" ] || fail "a timer is on before anybody has turned it on"
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

grep -q 'STOCKSYNC_ENV=/etc/stocksync/env' "$system/usr/share/doc/stocksync/examples/crontab" || fail "the crontab has other paths"
step "install again: what an administrator has changed stays"
chmod 600 "$system/etc/stocksync/env"
echo '# mine' >>"$system/etc/stocksync/env"
package --install "$root/stocksync.deb" >/dev/null 2>"$root/errors" || { cat "$root/errors" >&2; fail "it does not install twice"; }
expect etc/stocksync/env 600
tail -n 1 "$system/etc/stocksync/env" | grep -q mine || fail "the settings were overwritten"

step "remove: the settings stay"
package --remove stocksync >/dev/null
[ -f "$system/etc/stocksync/env" ] || fail "the settings went with the program"
[ ! -e "$system/usr/bin/stocksync" ] || fail "the program is still there"
step "purge: nothing stays but the user, as Debian's do"
package --purge stocksync >/dev/null
left=$(find "$system" -path "$system/var" -prune -o -type f ! -path "$system/etc/passwd*" ! -path "$system/etc/*group*" ! -path "$system/etc/*shadow*" ! -name .pwd.lock -print)
[ -z "$left" ] || fail "left behind: $left"
printf 'The package is sound.\n'
