#!/usr/bin/env bash
# stocksync against the limit of this machine: `curl` for the same answers and the mariadb client's `LOAD DATA LOCAL INFILE` of the
# same rows into the same table, in turn with it. Prints a table. All sizes take about half an hour and 6 GB of disk:
#
#   tests/bench.sh [--rows 10000,100000,1000000] [--runs 5] [--forms wb,csv,xlsx]
#
# The answers are made once and kept in target/bench.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/support/install.sh
export PATH="$PATH:$HOME/.cargo/bin:/usr/sbin"
for program in curl mariadb; do
    command -v "$program" >/dev/null || { echo "The benchmark needs $program." >&2; exit 1; }
done

target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --locked --release --bin stocksync
cargo build --quiet --locked --profile profiling --example bench
stocksync=$target/release/stocksync

echo "$(date -u +%Y-%m-%d), $(nproc) × $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(mariadbd --version | sed 's/.*Ver \([^ ]*\).*/\1/')"
started=$(date +%s%N)
for _ in $(seq 100); do "$stocksync" --version >/dev/null; done
echo "stocksync --version: $((($(date +%s%N) - started) / 100000)) µs; the binary: $(stat -c %s "$stocksync") bytes"
exec "$target/profiling/examples/bench" "$stocksync" "$target/bench" "$@"
