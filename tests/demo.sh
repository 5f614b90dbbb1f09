#!/usr/bin/env bash
# stocksync at work, from nothing: a private MariaDB, a stand-in for both marketplaces, one pull of each, and the
# stock read back from the database. Nothing outside a temporary directory is touched; all of it is gone at the end but
# for one page, to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/support/install.sh
export PATH="$PATH:$HOME/.cargo/bin:/usr/sbin"

echo "Building stocksync (the first time takes a few minutes) …"
cargo build --quiet --locked --release --bin stocksync --example marketplace-stand-in
built=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd)
support=$PWD/tests/support

# Both helpers end when the pipe on their stdin closes, which it does however this script ends.
directory=$(mktemp -d)
helpers=()
finish() {
    exec 8>&- 9>&-
    if [ ${#helpers[@]} -gt 0 ]; then wait "${helpers[@]}" || true; fi
    rm -rf "$directory"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
mkfifo "$directory/database.life" "$directory/marketplaces.life"

wait_for() { # wait_for FILE PATTERN: until a helper has said that it is ready
    for _ in $(seq 600); do
        if grep -q "$2" "$1" 2>/dev/null; then return; fi
        sleep 0.1
    done
    echo "No $2 in $(basename "$1") after a minute." >&2
    exit 1
}
"$support/server.sh" <"$directory/database.life" >"$directory/database" &
helpers+=($!)
exec 8>"$directory/database.life"
"$built/examples/marketplace-stand-in" --catalogue demo <"$directory/marketplaces.life" >"$directory/marketplaces" 8>&- &
helpers+=($!)
exec 9>"$directory/marketplaces.life"
wait_for "$directory/database" SOCKET=
wait_for "$directory/marketplaces" READY=

while IFS='=' read -r name value; do export "$name=$value"; done <"$directory/database"
while IFS='=' read -r name value; do export "$name=$value"; done <"$directory/marketplaces"
database=stocksync_demo
sql() { mariadb --no-defaults --user=root --socket="$SOCKET" --default-character-set=utf8mb4 "$@"; }
sql -e "CREATE DATABASE $database"
export DATABASE_URL="mysql://root@localhost/$database?socket=$SOCKET"
export OZON_STOCKS_METHOD=warehouses WB_REQUEST_INTERVAL=1s OZON_POLL_INTERVAL=200ms

cd "$directory" # no .env of the caller
failed=0
stocksync() {
    local code=0
    printf '\n$ stocksync %s\n' "$*"
    "$built/stocksync" "$@" || code=$?
    printf '(exit code %s)\n' "$code"
    if [ "$code" -ne 0 ]; then failed=1; fi
}
stocksync migrate
stocksync sync ozon
stocksync sync wb
stocksync check-freshness
stocksync report

printf '\nWhat the database holds now:\n'
sql --table "$database" -e "
    SELECT source, sku, COALESCE(size_name, '') AS size, COALESCE(product_name, '') AS product, warehouse_name AS warehouse,
           COALESCE(cluster, '') AS cluster, stock_type AS type, available_stock AS available, reserved_stock AS reserved,
           in_way_to_client AS to_client, in_way_from_client AS from_client
    FROM stock_now
    ORDER BY source, sku, size_id, stock_type, warehouse_name"

compare() { # compare SOURCE PREFIX: the table against what the marketplace says that it answered
    local found expected rows=EXPECTED_$2_ROWS available=EXPECTED_$2_AVAILABLE reserved=EXPECTED_$2_RESERVED in_way=EXPECTED_$2_IN_WAY
    found=$(sql --skip-column-names --batch "$database" -e "
        SELECT CONCAT_WS(' ', COUNT(*), COALESCE(SUM(available_stock), 0), COALESCE(SUM(reserved_stock), 0),
               COALESCE(SUM(in_way_to_client + in_way_from_client), 0))
        FROM inventory_data WHERE source = '$1'")
    expected="${!rows} ${!available} ${!reserved} ${!in_way}"
    if [ "$found" = "$expected" ]; then
        printf '%-12s rows, available, reserved, in transit: %s, as the marketplace answered.\n' "$1" "$found"
    else
        printf '%-12s rows, available, reserved, in transit: %s, but the marketplace answered %s.\n' "$1" "$found" "$expected"
        failed=1
    fi
}
printf '\n'
compare Ozon OZON_BY_WAREHOUSE
compare Wildberries WB

printf '\nA month of simulated history in a database of its own, and the page that buyers look at each morning:\n'
sql -e "CREATE DATABASE ${database}_month"
export DATABASE_URL="mysql://root@localhost/${database}_month?socket=$SOCKET"
stocksync migrate --quiet
sql "${database}_month" <"$support/history.sql"
page=$(mktemp --suffix=.html -t stocksync-page.XXXXXX)
stocksync report --format html --output "$page"
if [ "$failed" -ne 0 ]; then
    printf '\nThe demo failed: see the exit codes above.\n' >&2
    exit 1
fi
printf '\nBoth marketplaces are in the database. The page is there to be opened: %s\n' "$page"
