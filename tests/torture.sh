#!/usr/bin/env bash
# 200 SIGKILLs at random moments of a sync over old data, and 100 runs whose database connection is cut at a random byte.
# Each has to end in exactly the old or exactly the new rows. Some minutes; prints the figures and the seed, which
# STOCKSYNC_TORTURE_SEED repeats. Other numbers: STOCKSYNC_TORTURE_KILLS, STOCKSYNC_TORTURE_CUTS.
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo test --locked --test behaviour faults::torture::torture_by -- --ignored --nocapture --test-threads=1
