#!/usr/bin/env bash
# The behaviour suite on MySQL, as `tests/run.sh` runs it on MariaDB: the server is fetched beside the machine's own (see support/mysql.sh).
# Arguments go to the test program, for a part of it.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$HOME/.cargo/bin"
if ! directory=$(tests/support/mysql.sh); then
    echo "NOT RUN on MySQL: the server's packages cannot be had here (the reason stands above)."
    exit
fi
echo "MySQL: $directory"
STOCKSYNC_TEST_SERVER=mysql exec cargo test --locked --test behaviour -- "$@"
