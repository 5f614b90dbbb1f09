#!/usr/bin/env bash
# `report` and `check-freshness` over two years of 20 000 products on both marketplaces (about 29 million rows): how long they
# take, and by which plans the server answers. Takes a quarter of an hour and 15 GB in TMPDIR; not part of CI.
#
#   tests/bench-report.sh [DAYS [PRODUCTS]]        STOCKSYNC=/path/to/stocksync to try a build that is there
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
tests/support/mariadb.sh --innodb-buffer-pool-size=1G --innodb-log-file-size=1G --innodb-sort-buffer-size=64M \
    <"$directory/life" >"$directory/database" &
helper=$!
exec 8>"$directory/life"
until grep -q SOCKET= "$directory/database"; do sleep 0.2; done
socket=$(sed -n 's/^SOCKET=//p' "$directory/database")
sql() { mariadb --no-defaults --user=root --socket="$socket" --default-character-set=utf8mb4 "$@"; }
sql -e "CREATE DATABASE bench"
export DATABASE_URL="mysql://root@localhost/bench?socket=$socket"
cd "$directory" # no .env of the caller
"$STOCKSYNC" migrate --no-backup >/dev/null 2>&1 || "$STOCKSYNC" migrate >/dev/null

echo "Writing $((days * products * 2)) rows …"
foreign_key=$(sql -N bench -e "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS
    WHERE TABLE_SCHEMA = 'bench' AND TABLE_NAME = 'inventory_data' AND CONSTRAINT_TYPE = 'FOREIGN KEY'")
# Thirty million rows go in within minutes without the indexes, and within hours with them.
sql bench <<SQL
SET time_zone = '+00:00';
INSERT INTO dim_products (product_name) SELECT CONCAT('Товар № ', seq) FROM seq_1_to_$products;
INSERT INTO product_listings (source, sku, size_id, product_id, name, first_seen_on, last_seen_on)
SELECT marketplace.name, IF(marketplace.name = 'Ozon', CONCAT('ART-', LPAD(seq, 6, '0')), 200000000 + seq),
    IF(marketplace.name = 'Ozon', '', 90000000 + seq), seq, CONCAT('Товар № ', seq), CURDATE() - INTERVAL $days DAY, CURDATE()
FROM seq_1_to_$products JOIN (SELECT 'Ozon' AS name UNION ALL SELECT 'Wildberries') AS marketplace;
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
SELECT product.seq, IF(marketplace.name = 'Ozon', CONCAT('ART-', LPAD(product.seq, 6, '0')), 200000000 + product.seq),
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
INSERT INTO sync_logs (sync_type, source, marketplace, status, exit_code, records_processed, requests, snapshot_date,
    rows_total, stock_total, started_at, completed_at)
SELECT 'inventory', marketplace.name, marketplace.name, 'success', 0, $products, 10, CURDATE(), $products,
    (SELECT SUM(current_stock) FROM inventory_data WHERE source = marketplace.name AND snapshot_date = CURDATE()),
    NOW() - INTERVAL hours.seq * 60 + 5 MINUTE, NOW() - INTERVAL hours.seq * 60 + 4 MINUTE
FROM seq_0_to_$((days * 24 - 1)) AS hours JOIN (SELECT 'Ozon' AS name UNION ALL SELECT 'Wildberries') AS marketplace
ORDER BY hours.seq DESC;
ANALYZE TABLE inventory_data, sync_logs, product_listings;
SQL
sql -t bench -e "SELECT COUNT(*) AS rows_of_stock FROM inventory_data; SELECT COUNT(*) AS runs FROM sync_logs"

seconds() { # seconds COMMAND…: prints how long it took, and its last lines
    local began ended code=0
    began=$(date +%s.%N)
    "$@" >"$directory/out" 2>&1 || code=$?
    ended=$(date +%s.%N)
    printf '%-50s %6.2f s (exit %s)\n' "${*:2}" "$(awk "BEGIN { print $ended - $began }")" "$code"
}
echo stop >&8 && sleep 5
echo start >&8 # nothing of it is in memory now
until sql -e "SELECT 1" >/dev/null 2>&1; do sleep 0.5; done
for round in cold warm; do
    echo "-- $round"
    seconds "$STOCKSYNC" check-freshness
    if [ "$round" = cold ]; then
        echo stop >&8 && sleep 5
        echo start >&8
        until sql -e "SELECT 1" >/dev/null 2>&1; do sleep 0.5; done
    fi
    seconds "$STOCKSYNC" report
    seconds "$STOCKSYNC" report --period 7d --format json
done

plan() { # plan NAME STATEMENT
    printf '\n%s\n' "$1"
    sql -t bench -e "EXPLAIN $2" | cut -c1-200
}
of_day="source = 'Ozon' AND snapshot_date = CURDATE()"
plan "newest day" "SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Ozon'"
plan "day before" "SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Ozon' AND snapshot_date < CURDATE()"
plan "stock by warehouse" "SELECT stock_type, warehouse_name, COUNT(*), SUM(available_stock) FROM inventory_data
    WHERE $of_day GROUP BY stock_type, warehouse_name ORDER BY stock_type, SUM(current_stock) DESC, warehouse_name"
plan "stock by product" "SELECT sku, size_id, SUM(current_stock) FROM inventory_data
    WHERE $of_day GROUP BY sku, size_id ORDER BY sku, size_id"
plan "contradictions" "SELECT COUNT(*), SUM(current_stock), SUM(available_stock < 0) FROM inventory_data WHERE $of_day"
plan "duplicates" "SELECT SUM(copies - 1) FROM (SELECT COUNT(*) AS copies FROM inventory_data WHERE $of_day
    GROUP BY sku, size_id, warehouse_name, stock_type HAVING COUNT(*) > 1) AS twins"
plan "unmatched" "SELECT COUNT(*) FROM product_listings AS listed WHERE listed.source = 'Ozon' AND listed.last_seen_on >= CURDATE()
    AND NOT EXISTS (SELECT 1 FROM product_listings AS other
        WHERE other.product_id = listed.product_id AND other.source <> listed.source)"
plan "last success" "SELECT completed_at FROM sync_logs WHERE marketplace = 'Ozon' AND sync_type = 'inventory'
    AND status IN ('success', 'partial') AND completed_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1"
plan "runs of the period" "SELECT COUNT(*), SUM(requests) FROM sync_logs
    WHERE marketplace = 'Ozon' AND sync_type = 'inventory' AND started_at >= NOW() - INTERVAL 1 DAY"
plan "last runs" "SELECT started_at, status FROM sync_logs WHERE source = 'Ozon' AND sync_type = 'inventory'
    ORDER BY started_at DESC, id DESC LIMIT 500"
