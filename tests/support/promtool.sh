#!/usr/bin/env bash
# Puts promtool, Prometheus' own judge of metrics, into the target directory, unless the machine has one. Only the one program is
# taken out of Debian's package: installed as a whole, it would bring a server and start it.
set -euo pipefail
cd "$(dirname "$0")/../.."

if command -v promtool >/dev/null 2>&1; then exit; fi
target=${CARGO_TARGET_DIR:-target}
if [ -x "$target/promtool" ]; then exit; fi

give_up() {
    echo "promtool.sh: $1; put promtool (of Prometheus) into PATH and start again" >&2
    exit 1
}
command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || give_up "there is no apt-get here"
mkdir -p "$target"
directory=$(mktemp -d "$(cd "$target" && pwd)/promtool.XXXXXX")
trap 'rm -rf "$directory"' EXIT
fetch() { (cd "$directory" && apt-get -qq download prometheus >/dev/null 2>"$directory/said"); }
echo "Fetching promtool …" >&2
if ! fetch; then
    # A machine that has never asked for the lists of packages.
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    "${as_root[@]+"${as_root[@]}"}" apt-get -qq update >/dev/null || give_up "the lists of packages cannot be had"
    fetch || give_up "$(cat "$directory/said")"
fi
dpkg -x "$directory"/prometheus_*.deb "$directory/package"
mv "$directory/package/usr/bin/promtool" "$target/promtool"
