#!/usr/bin/env bash
# The Grafana dashboard against Grafana's schema, and the page in a real browser: installs Chromium, Node and what package.json
# names where they are missing (37 MB from npm), then runs the tests that need them. What cannot be installed is a failure, never a silence.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PATH:$HOME/.cargo/bin"

give_up() {
    echo "tests/page/run.sh: $1" >&2
    exit 1
}

missing=()
if [ -z "${CHROMIUM-}" ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    missing+=(chromium fonts-dejavu-core)
fi
if ! command -v node >/dev/null; then missing+=(nodejs); fi
if ! command -v npm >/dev/null; then missing+=(npm); fi
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    command -v apt-get >/dev/null || give_up "missing here: ${missing[*]} (Debian's names), and there is no apt-get"
    echo "Installing ${missing[*]} …" >&2
    install=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    { "${install[@]}" update && "${install[@]}" install -y --no-install-recommends "${missing[@]}"; } >/dev/null \
        || give_up "cannot install ${missing[*]}; install them by hand and start again"
fi
if ! (cd tests/page && npm ls --all) >/dev/null 2>&1; then
    npm --prefix tests/page ci --no-audit --no-fund --loglevel=error >&2 \
        || give_up "npm cannot fetch what tests/page/package-lock.json names"
fi
node tests/page/dashboard.mjs
cargo test --locked --quiet --test behaviour -- --ignored --nocapture page::
