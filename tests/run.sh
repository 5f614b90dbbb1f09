#!/usr/bin/env bash
# Every check and test, on a machine that may have nothing but Debian and Rust.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/support/install.sh
tests/support/promtool.sh
export PATH="$PATH:$HOME/.cargo/bin"

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}
step "formatting" cargo fmt --check
step "lints" cargo clippy --locked --all-targets -- -D warnings
step "tests" cargo test --locked
if tests/support/cron.sh --possible; then
    step "the crontab under Debian's cron" \
        cargo test --locked --test behaviour under_debian_s_cron -- --ignored
else
    printf '\n== not tried: a private cron needs root and mounts of its own\n'
fi
step "the same on MySQL" tests/mysql.sh
step "three nodes of a Galera cluster" tests/galera.sh
step "the page in a browser" tests/page/run.sh
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
printf '\nAll checks passed.\n'
