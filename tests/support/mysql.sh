#!/usr/bin/env bash
# A MySQL server's program beside the machine's own: Debian's packages with everything they need, unpacked into a cache directory and
# run by their own loader. Needs no root and touches no package of the machine. Prints the directory; when it cannot be had, why.
set -euo pipefail
export LC_ALL=C
suite=sid # the only one of Debian's that carries MySQL
cache=${STOCKSYNC_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stocksync-tests}
directory=$cache/mysql
if [ -x "$directory/usr/sbin/mysqld" ]; then
    echo "$directory"
    exit
fi
for program in apt-get dpkg-deb; do
    command -v "$program" >/dev/null || { echo "no $program here" >&2 && exit 1; }
done
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keys" ] || { echo "no $keys here" >&2 && exit 1; }

mkdir -p "$cache"
work=$(mktemp -d "$cache/mysql.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,archives/partial,parts,root}
: >"$work/status" # as if nothing were installed: the packages bring their own C library
echo "deb [signed-by=$keys] http://deb.debian.org/debian $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts";
Dir::Etc::preferencesparts "$work/parts";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Acquire::Languages "none";
CONF
export APT_CONFIG=$work/apt.conf
{
    apt-get -qq update
    apt-get -qq -y --download-only install mysql-server-core
    for package in "$work"/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
} >"$work/log" 2>&1 || { tail -n 3 "$work/log" >&2 && exit 1; }
[ -x "$work/root/usr/sbin/mysqld" ] || { echo "the packages hold no mysqld" >&2 && exit 1; }
mv -T "$work/root" "$directory" 2>/dev/null || [ -x "$directory/usr/sbin/mysqld" ] # another one was faster
echo "$directory"
