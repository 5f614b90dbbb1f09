#!/usr/bin/env bash
# `report` and `check-freshness` over two years of 20 000 products on both marketplaces (about 29 million rows) and hourly syncs: how long
# they take after a restart of the server and once more, and by which plans the server answers every statement that they sent.
# Takes a quarter of an hour and 15 GB in TMPDIR; not part of CI.
#
#   tests/bench-report.sh [DAYS [PRODUCTS]]        STOCKSYNC=/path/to/stocksync to try a build that is there
#
# As root it also empties the system's cache of files before each first run.
set -euo pipefail
cd "$(dirname "$0")/.."
days=${1:-730} products=${2:-20000}
if [ -z "${STOCKSYNC:-}" ]; then
    cargo build --quiet --locked --release --bin stocksync
    STOCKSYNC=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd)/stocksync
fi

directory=$(mktemp -d)
helper=
finish() {
    exec 8>&-
    if [ -n "$helper" ]; then wait "$helper" || true; fi
    rm -rf "$directory"
}
trap finish EXIT
mkfifo "$directory/life"
tests/support/server.sh --innodb-buffer-pool-size=1G --innodb-log-file-size=1G --innodb-sort-buffer-size=64M \
    <"$directory/life" >"$directory/database" &
helper=$!
exec 8>"$directory/life"
until grep -q SOCKET= "$directory/database"; do sleep 0.2; done
socket=$(sed -n 's/^SOCKET=//p' "$directory/database")
sql() { mariadb --no-defaults --user=root --socket="$socket" --default-character-set=utf8mb4 "$@"; }
sql -e "CREATE DATABASE bench"
export DATABASE_URL="mysql://root@localhost/bench?socket=$socket"
cd "$directory" # no .env of the caller
export LOG_RETENTION=3650d INVENTORY_RETENTION=3650d
"$STOCKSYNC" migrate --no-backup >/dev/null

echo "Writing $((days * products * 2)) rows …"
foreign_key=$(sql -N bench -e "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS
    WHERE TABLE_SCHEMA = 'bench' AND TABLE_NAME = 'inventory_data' AND CONSTRAINT_TYPE = 'FOREIGN KEY'")
# Thirty million rows go in within minutes without the indexes, and within hours with them. Each tenth product is on one marketplace only.
product="IF(marketplace.name = 'Wildberries' AND product.seq % 10 = 0, $products + product.seq DIV 10, product.seq)"
sql bench <<SQL
SET time_zone = '+00:00';
INSERT INTO dim_products (product_name) SELECT CONCAT('Товар № ', seq) FROM seq_1_to_$((products + products / 10));
INSERT INTO product_listings (source, sku, size_id, product_id, name, first_seen_on)
SELECT marketplace.name, IF(marketplace.name = 'Ozon', CONCAT('ART-', LPAD(seq, 6, '0')), 200000000 + seq),
    IF(marketplace.name = 'Ozon', '', 90000000 + seq), $product, CONCAT('Товар № ', seq), CURDATE() - INTERVAL $days DAY
FROM seq_1_to_$products AS product JOIN (SELECT 'Ozon' AS name UNION ALL SELECT 'Wildberries') AS marketplace;
INSERT INTO listing_barcodes (source, sku, size_id, barcode)
SELECT source, sku, size_id, CONCAT('46', LPAD(product_id, 11, '0')) FROM product_listings;
ALTER TABLE inventory_data DROP FOREIGN KEY $foreign_key;
ALTER TABLE inventory_data DROP INDEX uk_inventory_identity, DROP INDEX idx_product_snapshot, DROP INDEX idx_sku_snapshot,
    DROP INDEX idx_source_snapshot, DROP INDEX idx_snapshot_date, DROP INDEX idx_source_sync, DROP INDEX idx_product_source;
SQL
for ((last = days - 1; last >= 0; last -= 30)); do
    first=$((last - 29 > 0 ? last - 29 : 0))
    sql bench <<SQL
SET time_zone = '+00:00', unique_checks = 0;
INSERT INTO inventory_data (product_id, sku, size_id, source, snapshot_date, warehouse_name, stock_type, current_stock,
    available_stock, reserved_stock, quantity_present, quantity_reserved, last_sync_at)
SELECT $product, IF(marketplace.name = 'Ozon', CONCAT('ART-', LPAD(product.seq, 6, '0')), 200000000 + product.seq),
    IF(marketplace.name = 'Ozon', '', 90000000 + product.seq), marketplace.name, CURDATE() - INTERVAL ago.seq DAY,
    IF(marketplace.name = 'Ozon', 'Ozon FBO', ELT(1 + product.seq % 5, 'Казань', 'Тула', 'Краснодар', 'Коледино', 'Электросталь')),
    'FBO', (product.seq + ago.seq) % 97, (product.seq + ago.seq) % 97, 0, (product.seq + ago.seq) % 97, 0,
    NOW() - INTERVAL ago.seq DAY
FROM seq_${first}_to_$last AS ago
JOIN (SELECT 'Ozon' AS name UNION ALL SELECT 'Wildberries') AS marketplace
JOIN seq_1_to_$products AS product
ORDER BY ago.seq DESC, marketplace.name, product.seq;
SQL
done
echo "Building the indexes …"
sql bench <<SQL
ALTER TABLE inventory_data
    ADD UNIQUE KEY uk_inventory_identity (source, snapshot_date, sku, size_id, warehouse_name, stock_type),
    ADD INDEX idx_product_snapshot (product_id, snapshot_date), ADD INDEX idx_sku_snapshot (sku, snapshot_date),
    ADD INDEX idx_source_snapshot (source, snapshot_date), ADD INDEX idx_snapshot_date (snapshot_date),
    ADD INDEX idx_source_sync (source, last_sync_at), ADD INDEX idx_product_source (product_id, source);
SET time_zone = '+00:00';
ALTER TABLE sync_logs REMOVE PARTITIONING;
INSERT INTO sync_logs (sync_type, source, marketplace, status, exit_code, records_processed, requests, snapshot_date,
    rows_total, stock_total, started_at, completed_at)
SELECT 'inventory', marketplace.name, marketplace.name, 'success', 0, $products, 10, CURDATE(), $products,
    (SELECT SUM(current_stock) FROM inventory_data WHERE source = marketplace.name AND snapshot_date = CURDATE()),
    NOW() - INTERVAL hours.seq * 60 + 5 MINUTE, NOW() - INTERVAL hours.seq * 60 + 4 MINUTE
FROM seq_0_to_$((days * 24 - 1)) AS hours JOIN (SELECT 'Ozon' AS name UNION ALL SELECT 'Wildberries') AS marketplace
ORDER BY hours.seq DESC;
ALTER TABLE sync_logs PARTITION BY RANGE (UNIX_TIMESTAMP(started_at)) (PARTITION p_rest VALUES LESS THAN MAXVALUE);
SQL
"$STOCKSYNC" migrate # a partition of the log for each month
sql bench -e "ANALYZE TABLE inventory_data, sync_logs, product_listings, listing_barcodes" >/dev/null
sql -t bench -e "SELECT COUNT(*) AS rows_of_stock FROM inventory_data; SELECT COUNT(*) AS runs FROM sync_logs"

commands=("check-freshness" "report" "report --format json" "report --format prometheus" "report --format html")

restart() { # with the 256 MB of memory that server.sh gives a server, a fortieth of the data
    echo stop >&8
    sleep 1
    while sql -e "SELECT 1" >/dev/null 2>&1; do sleep 0.2; done
    sync
    if [ -w /proc/sys/vm/drop_caches ]; then echo 3 >/proc/sys/vm/drop_caches || true; fi
    echo start >&8
    until sql -e "SELECT 1" >/dev/null 2>&1; do sleep 0.2; done
}
seconds() { # seconds COMMAND…: how long it takes
    local began ended
    began=$(date +%s.%N)
    "$STOCKSYNC" "$@" >"$directory/out" 2>"$directory/log" || { cat "$directory/log" >&2 && exit 1; }
    ended=$(date +%s.%N)
    awk "BEGIN { printf \"%8.2f s\", $ended - $began }"
}
printf '\n%-30s %10s %10s %10s\n' "" "cold" "warm" "warm"
for command in "${commands[@]}"; do
    read -ra words <<<"$command"
    restart
    printf '%-30s %10s %10s %10s\n' "$command" "$(seconds "${words[@]}")" "$(seconds "${words[@]}")" "$(seconds "${words[@]}")"
done

# The plans of what was really sent: the server writes each statement into its log, and is asked how it would answer it.
for command in "${commands[@]}"; do
    read -ra words <<<"$command"
    slow=$directory/slow-${#command}.log
    sql -e "SET GLOBAL slow_query_log_file = '$slow', GLOBAL long_query_time = 0, GLOBAL slow_query_log = 1"
    "$STOCKSYNC" "${words[@]}" >/dev/null
    sql -e "SET GLOBAL slow_query_log = 0"
    printf '\n== %s\n' "$command"
    awk '/^#/ { if (match($0, /Rows_examined: [0-9]+/)) rows = substr($0, RSTART + 15, RLENGTH - 15); next }
         { text = text " " $0 }
         /;$/ { gsub(/[ \t]+/, " ", text); if (text ~ /^ SELECT .* FROM .*(inventory_data|sync_logs|product_listings)/) print rows "\t" text; text = "" }' \
        "$slow" | while IFS=$'\t' read -r rows statement; do
        # One statement a shape: the two marketplaces and the days differ in nothing but values.
        shape=$(sed -E "s/'[^']*'|[0-9]+/?/g" <<<"$statement")
        if grep -qxF -- "$shape" "$directory/shapes" 2>/dev/null; then continue; fi
        echo "$shape" >>"$directory/shapes"
        printf '\n%s … (%s rows examined)\n' "$(cut -c1-150 <<<"${statement# }")" "$rows"
        sql -t bench -e "EXPLAIN $statement" | cut -c1-200
        sql -N bench -e "EXPLAIN $statement" \
            | awk -F'\t' '$3 ~ /^(inventory_data|sync_logs)$/ && $4 ~ /^(ALL|index)$/' >>"$directory/scans"
    done
done
if [ -s "$directory/scans" ]; then
    printf '\nRead from one end to the other:\n' && cat "$directory/scans" && exit 1
fi
printf '\nNo statement reads the stock or the log from one end to the other.\n'
